import { Injectable } from '@nestjs/common';
import type { RequestContext, UserId } from '../../../platform/context/index.js';
import { ScopeMissing, ValidationFailed } from '../../../platform/errors/index.js';
import { AccountService } from '../accounts/account.service.js';
import type { User } from '../accounts/user.entity.js';
import { MemberNotFound } from '../teams/errors.js';
import { UsersRepository } from './users.repository.js';

/** Links that verify an address or number, sent again. */
@Injectable()
export class Verification {
  constructor(
    private readonly users: UsersRepository,
    private readonly accounts: AccountService,
  ) {}

  /** Answers false when the address is verified. @throws MemberNotFound, ScopeMissing, RateLimited */
  async resendEmail(ctx: RequestContext, id: UserId): Promise<boolean> {
    const user = await this.reachable(ctx, id);
    return this.accounts.sendEmailVerification(ctx, user.id);
  }

  /** Answers false when the number is verified. @throws MemberNotFound, ScopeMissing, ValidationFailed without a number, RateLimited */
  async resendMobile(ctx: RequestContext, id: UserId): Promise<boolean> {
    const user = await this.reachable(ctx, id);
    if (!user.mobile) throw new ValidationFailed({ mobile: ['mobile: there is no number to send to'] });
    return this.accounts.sendMobileVerification(ctx, user.id);
  }

  private async reachable(ctx: RequestContext, id: UserId): Promise<User> {
    const isSelf = ctx.actor.kind === 'user' && ctx.userId === id;
    const found = isSelf ? await this.users.anyone(ctx, id) : ctx.teamId && (await this.users.member(ctx, id));
    if (!found) throw new MemberNotFound();
    if (!isSelf && !ctx.scopes.has('user:update')) throw new ScopeMissing('user:update');
    return found.user;
  }
}
