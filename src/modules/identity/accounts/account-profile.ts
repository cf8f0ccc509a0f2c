import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../../platform/context/index.js';
import { type Caller, CallerProfile, NOBODY } from '../ancillary/index.js';
import { AccountService } from './account.service.js';

/** The profile that stands in a person's account. */
@Injectable()
export class AccountProfile extends CallerProfile {
  constructor(private readonly accounts: AccountService) {
    super();
  }

  async of(ctx: RequestContext): Promise<Caller> {
    return (ctx.userId && (await this.accounts.find(ctx, ctx.userId))) ?? NOBODY;
  }
}
