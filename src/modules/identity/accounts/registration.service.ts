import { Injectable } from '@nestjs/common';
import { Settings } from '../../../config/index.js';
import { RequestContext } from '../../../platform/context/index.js';
import { AppKeys } from '../../../platform/crypto/index.js';
import { Database, isUniqueViolation } from '../../../platform/database/index.js';
import { ValidationFailed } from '../../../platform/errors/index.js';
import { Mailer } from '../../../platform/mail/index.js';
import { defineTask, Handles, Tasks } from '../../../platform/tasks/index.js';
import { RegistrationClosed } from '../errors.js';
import { IdentityService } from '../identity.service.js';
import { AccountLetters } from './account-letters.js';
import { AccountLinks } from './account-links.js';
import { AccountService } from './account.service.js';
import { complaints, wordsAbout } from './password-policy.js';
import { hashPassword } from './passwords.js';
import { plainName } from './plain-name.js';
import { Throttle } from './throttle.js';

export interface Registration {
  readonly email: string;
  readonly name: string;
  readonly password: string;
  /** Address of the browser. */
  readonly ip: string;
  /** The address was proven by an invitation that was sent to it. */
  readonly invited?: boolean;
}

interface SealedRequest {
  readonly sealed: string;
}

const PURPOSE = 'forgotten-password';
const forgottenPassword = defineTask<SealedRequest>({ name: 'identity.forgotten-password', lane: 'mail' });

/** How people come to an account, or back to theirs, without telling strangers who has one. */
@Injectable()
export class RegistrationService {
  constructor(
    private readonly accounts: AccountService,
    private readonly identity: IdentityService,
    private readonly links: AccountLinks,
    private readonly letters: AccountLetters,
    private readonly mailer: Mailer,
    private readonly throttle: Throttle,
    private readonly tasks: Tasks,
    private readonly keys: AppKeys,
    private readonly db: Database,
    private readonly settings: Settings,
  ) {}

  /**
   * Registers a person with an organization and a personal team of their own and mails the link that activates the
   * account. Somebody who has an account gets a mail that says so; the answer is the same.
   * @throws RegistrationClosed, ValidationFailed, RateLimited
   */
  async register(ctx: RequestContext, wish: Registration): Promise<void> {
    if (!this.settings.REGISTRATION && !wish.invited) throw new RegistrationClosed();
    await this.throttle.attempt({ kind: 'address', of: `register ${wish.ip}` });
    const name = plainName(wish.name);
    const problems = complaints(wish.password, wordsAbout(wish.email, name)).map((text) => `password ${text}`);
    if (problems.length) throw new ValidationFailed({ password: problems });
    const passwordHash = await hashPassword(wish.password);
    const known = await this.accounts.findByEmail(ctx, wish.email);
    if (known) return this.mailer.send(ctx, this.letters.alreadyRegistered(known));
    try {
      // Nobody is asking yet, and a first membership is written for a team that nobody is in: our own work.
      await this.db.transaction(RequestContext.system('registration'), async (ctx) => {
        const userId = await this.identity.addPerson(ctx, { email: wish.email, name, passwordHash, emailVerified: wish.invited ?? false });
        if (!wish.invited) {
          await this.identity.givePersonalTeam(ctx, userId, name);
          await this.accounts.sendEmailVerification(ctx, userId);
        }
      });
    } catch (error) {
      if (!isUniqueViolation(error)) throw error; // registered twice at once: the other one won
    }
  }

  /** Mails a link to choose a new password, if there is such an account. @throws RateLimited */
  async forgot(ctx: RequestContext, email: string, ip: string): Promise<void> {
    await this.throttle.attempt({ kind: 'address', of: `forgot ${ip}` }, { kind: 'mail', of: `forgot ${email}` });
    // Later, so that the time of the answer tells nothing.
    await this.db.transaction(ctx, (ctx) => this.tasks.add(ctx, forgottenPassword, { sealed: this.keys.seal(email, PURPOSE) }));
  }

  @Handles(forgottenPassword)
  async mailResetLink(ctx: RequestContext, { sealed }: SealedRequest): Promise<void> {
    const user = await this.accounts.findByEmail(ctx, this.keys.open(sealed, PURPOSE));
    if (!user?.allowLogin) return;
    await this.db.transaction(ctx, async (ctx) => {
      const token = await this.links.make(ctx, { userId: user.id, purpose: 'reset-password', target: user.email });
      await this.mailer.send(ctx, this.letters.resetPassword(user, token));
    });
  }
}
