import { Injectable } from '@nestjs/common';
import { Settings } from '../../../config/index.js';
import { Clock } from '../../../platform/clock/clock.js';
import { newId, type RequestContext } from '../../../platform/context/index.js';
import { Database } from '../../../platform/database/index.js';
import { letter, Mailer, oneLine } from '../../../platform/mail/index.js';
import { AccountService } from '../accounts/account.service.js';
import { Throttle } from '../accounts/throttle.js';
import type { User } from '../accounts/user.entity.js';
import { Feedback } from './feedback.entity.js';

/** Words of people to whoever runs the installation: kept, and mailed on when an address is set. */
@Injectable()
export class FeedbackService {
  constructor(
    private readonly db: Database,
    private readonly accounts: AccountService,
    private readonly throttle: Throttle,
    private readonly mailer: Mailer,
    private readonly clock: Clock,
    private readonly settings: Settings,
  ) {}

  /** @throws RateLimited */
  async submit(ctx: RequestContext, wish: { subject: string; message: string }): Promise<void> {
    const userId = ctx.requireUser();
    await this.throttle.attempt({ kind: 'mail', of: `feedback ${userId}` });
    const user = (await this.accounts.find(ctx, userId))!;
    const subject = oneLine(wish.subject) || 'Feedback';
    await this.db.transaction(ctx, async (ctx) => {
      const row = { id: newId(), userId, teamId: ctx.teamId ?? null, subject, message: wish.message, createdAt: this.clock.now() };
      await this.db.manager(ctx).createQueryBuilder().insert().into(Feedback).values(row).execute();
      if (this.settings.SUPPORT_EMAIL) await this.mailer.send(ctx, letterOf(this.settings.SUPPORT_EMAIL, user, subject, wish.message));
    });
  }
}

const letterOf = (to: string, user: User, subject: string, message: string): Parameters<Mailer['send']>[1] => ({
  to: { address: to },
  subject: `Feedback: ${subject}`,
  kind: 'feedback',
  ...letter({
    title: subject,
    greeting: `${oneLine(user.name)} <${user.email}> writes:`,
    paragraphs: [message],
    footer: `Sent by a person who is signed in to rosfleet (user ${user.id}). Answer to their address.`,
  }),
});
