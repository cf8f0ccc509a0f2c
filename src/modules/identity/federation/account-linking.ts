import { Injectable } from '@nestjs/common';
import { Settings } from '../../../config/index.js';
import type { RequestContext, UserId } from '../../../platform/context/index.js';
import { Database, isUniqueViolation } from '../../../platform/database/index.js';
import { plainName } from '../accounts/plain-name.js';
import { IdentityService } from '../identity.service.js';
import type { ForeignIdentity } from './foreign-identity.js';
import { LinkedAccounts } from './linked-accounts.js';
import { FederationProblem } from './problems.js';

const LONGEST_NAME = 255;

/** How somebody with an identity of another provider comes to an account: theirs, or a new one. */
@Injectable()
export class AccountLinking {
  constructor(
    private readonly db: Database,
    private readonly settings: Settings,
    private readonly identity: IdentityService,
    private readonly linked: LinkedAccounts,
  ) {}

  /**
   * The account of somebody who signs in: the linked one; else the one with their verified address, which is linked;
   * else a new one. @throws FederationProblem
   */
  async accountOf(ctx: RequestContext, who: ForeignIdentity): Promise<UserId> {
    // Nobody is signed in yet, and a new person's team is written: our own work.
    const own = ctx.asSystem('federation');
    const settle = (): Promise<UserId> =>
      this.db.transaction(own, async (ctx) => (await this.linked.find(ctx, who)) ?? (await this.register(ctx, who)));
    try {
      return await settle();
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      return settle(); // the same person came twice at once, and the other request was quicker
    }
  }

  private async register(ctx: RequestContext, { issuer, subject, verifiedEmail, ...who }: ForeignIdentity): Promise<UserId> {
    if (!this.settings.REGISTRATION) throw new FederationProblem('no_account', 'registration is closed');
    const name = displayName(who.name) ?? displayName(verifiedEmail!.slice(0, verifiedEmail!.lastIndexOf('@'))) ?? 'Unnamed';
    const userId = await this.identity.addPerson(ctx, {
      ...{ email: verifiedEmail!, emailVerified: true, name, passwordHash: null },
      ...{ idp: who.source, picture: who.picture },
    });
    await this.identity.givePersonalTeam(ctx, userId, name);
    await this.linked.link(ctx, userId, issuer, subject);
    return userId;
  }
}

/** A name as a provider knows it, in our form; undefined when nothing of it can be shown. */
function displayName(text: string): string | undefined {
  try {
    return plainName([...text].slice(0, LONGEST_NAME / 2).join(''));
  } catch {
    return undefined;
  }
}
