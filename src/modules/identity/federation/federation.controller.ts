import { Controller, Get, Param, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Settings } from '../../../config/index.js';
import { NotFound } from '../../../platform/errors/index.js';
import { SignInExpired } from '../errors.js';
import { errors } from '../oidc/library.js';
import { OidcProvider } from '../oidc/oidc-provider.js';
import { cookieOf, hostCookie, setCookie } from '../pages/cookies.js';
import { ShowsPage } from '../pages/page-routes.js';
import { type Visit, visitOf } from '../pages/pages.js';
import { FederatedLogin, REMEMBERED_SECONDS } from './federated-login.js';

const BROWSER = /^[\w-]{43}$/;

/** For a person's browser only: to an external provider and back. */
@Controller()
export class FederationController {
  constructor(
    private readonly login: FederatedLogin,
    private readonly oidc: OidcProvider,
    private readonly settings: Settings,
  ) {}

  @Get('sign-in/:uid/with/:provider')
  @ShowsPage(SignInExpired, NotFound)
  async begin(@Param('uid') uid: string, @Param('provider') provider: string, @Res() reply: FastifyReply): Promise<void> {
    const visit = visitOf(reply);
    const again = await this.mustProveAnew(visit, uid);
    const browser = this.browserOf(visit) ?? this.login.newBrowser();
    const url = await this.login.begin({ uid, provider, browser, again });
    setCookie(reply, this.settings, { name: this.cookie, value: browser, seconds: REMEMBERED_SECONDS });
    lead(reply, url);
  }

  @Get('callback')
  @ShowsPage(SignInExpired)
  async finish(@Res() reply: FastifyReply): Promise<void> {
    const visit = visitOf(reply);
    const url = visit.request.raw.url ?? '';
    const search = url.includes('?') ? url.slice(url.indexOf('?')) : '';
    lead(reply, await this.login.finish(visit.ctx, search, this.browserOf(visit)));
  }

  /**
   * Whether the application asked that the person prove who they are now, not some time ago.
   * @throws SignInExpired when there is no such sign-in in this very browser, or it asks for something else
   */
  private async mustProveAnew({ request, reply }: Visit, uid: string): Promise<boolean> {
    try {
      const interaction = await this.oidc.current.interactionDetails(request.raw, reply.raw);
      if (interaction.uid !== uid || interaction.prompt.name !== 'login') throw new SignInExpired();
      const { prompt, max_age: maxAge } = interaction.params;
      return maxAge !== undefined || (typeof prompt === 'string' && prompt.split(' ').includes('login'));
    } catch (error) {
      if (error instanceof errors.SessionNotFound) throw new SignInExpired();
      throw error;
    }
  }

  private get cookie(): string {
    return hostCookie(this.settings, 'rosfleet_federated');
  }

  private browserOf({ request }: Visit): string | undefined {
    const known = cookieOf(request, this.cookie);
    return known !== undefined && BROWSER.test(known) ? known : undefined;
  }
}

function lead(reply: FastifyReply, url: string): void {
  void reply.header('cache-control', 'no-store').header('referrer-policy', 'no-referrer').status(303).header('location', url).send();
}
