import { Injectable } from '@nestjs/common';
import type Koa from 'koa';
import type { RequestContext, UserId } from '../../../platform/context/index.js';
import { AccountService } from '../accounts/account.service.js';
import type { User } from '../accounts/user.entity.js';
import { OidcProvider } from '../oidc/oidc-provider.js';
import type { Visit } from './pages.js';

/** Who is signed in at the provider in a browser. */
@Injectable()
export class BrowserSessions {
  constructor(
    private readonly oidc: OidcProvider,
    private readonly accounts: AccountService,
  ) {}

  async person(ctx: RequestContext, { request, reply }: Visit): Promise<User | undefined> {
    const provider = this.oidc.current;
    const koa = provider as unknown as Pick<Koa, 'createContext'>;
    const session = await provider.Session.get(koa.createContext(request.raw, reply.raw));
    const user = session.accountId === undefined ? null : await this.accounts.find(ctx, session.accountId as UserId);
    return user?.allowLogin ? user : undefined;
  }
}
