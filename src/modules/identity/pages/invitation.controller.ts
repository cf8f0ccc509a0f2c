import { Controller, Get, Param, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { createHash } from 'node:crypto';
import { Settings } from '../../../config/index.js';
import { Random } from '../../../platform/crypto/index.js';
import { NotFound, RateLimited } from '../../../platform/errors/index.js';
import { AccountService } from '../accounts/account.service.js';
import { RegistrationService } from '../accounts/registration.service.js';
import { PAGES_CLIENT, signedInUri } from '../oidc/oidc-clients.js';
import { OIDC_PATHS } from '../oidc/oidc-provider.js';
import { BrowserSessions } from './browser-sessions.js';
import { AddressUnverified, InvitationForAnother, InvitationGone } from '../teams/errors.js';
import { Invitations } from '../teams/invitations.js';
import { SignInRequired } from './errors.js';
import { BareForm, InvitedRegistrationForm } from './forms.js';
import { ShowsPage, TakesForm } from './page-routes.js';
import { Pages, type Visit, visitOf } from './pages.js';
import type { Problem } from './problem.js';
import { messageView } from './views/account.js';
import { acceptInvitationView, invitationView, wrongPersonView } from './views/invitation.js';
import type { View } from './views/layout.js';

const TOKEN = /^[\w-]{16,128}$/;

/** An invitation to a team: its person signs in, or registers with the invited address, and joins. */
@Controller()
export class InvitationController {
  constructor(
    private readonly pages: Pages,
    private readonly invitations: Invitations,
    private readonly sessions: BrowserSessions,
    private readonly registration: RegistrationService,
    private readonly accounts: AccountService,
    private readonly random: Random,
    private readonly settings: Settings,
  ) {}

  @Get('invitations/:token')
  @ShowsPage(NotFound, InvitationGone)
  async page(@Param('token') token: string, @Res() reply: FastifyReply): Promise<void> {
    const visit = visitOf(reply);
    this.pages.show(visit, await this.view(visit, token));
  }

  @Post('invitations/:token')
  @TakesForm(NotFound, InvitationGone, SignInRequired, InvitationForAnother, AddressUnverified)
  async accept(@Param('token') token: string, @Res() reply: FastifyReply): Promise<void> {
    const visit = visitOf(reply);
    await this.pages.take(visit, {
      form: BareForm,
      deed: async () => {
        const user = await this.sessions.person(visit.ctx, visit);
        if (!user) throw new SignInRequired();
        const { team } = await this.invitations.look(token);
        await this.invitations.accept(visit.ctx, token, user.id);
        this.joined(visit, team);
      },
      again: (problem) => this.view(visit, token, { problem }),
    });
  }

  /** The invitation came to the address, so it needs no further proof. */
  @Post('invitations/:token/register')
  @TakesForm(NotFound, InvitationGone, RateLimited)
  async register(@Param('token') token: string, @Res() reply: FastifyReply): Promise<void> {
    const visit = visitOf(reply);
    await this.pages.take(visit, {
      form: InvitedRegistrationForm,
      deed: async ({ name, password }) => {
        const { email, team, hasAccount } = await this.invitations.look(token);
        if (hasAccount) return this.pages.redirect(visit, pathOf(token)); // of two at once the other one registered
        await this.registration.register(visit.ctx, { email, name, password, ip: visit.request.ip, invited: true });
        const user = await this.accounts.findByEmail(visit.ctx, email);
        await this.invitations.accept(visit.ctx, token, user!.id);
        this.joined(visit, team);
      },
      again: (problem, typed) => this.view(visit, token, { problem, name: typed('name') }),
    });
  }

  /** Where the provider leads to after a sign-in that an invitation asked for. The code is not needed: the browser's session is. */
  @Get('signed-in')
  @ShowsPage(NotFound)
  signedIn(@Query('state') token: unknown, @Res() reply: FastifyReply): void {
    if (typeof token !== 'string' || !TOKEN.test(token)) throw new NotFound();
    this.pages.redirect(visitOf(reply), pathOf(token));
  }

  private async view(visit: Visit, token: string, shown: { problem?: Problem; name?: string } = {}): Promise<View> {
    if (!TOKEN.test(token)) throw new NotFound();
    const invitation = await this.invitations.look(token);
    const common = { invitation, csrf: this.pages.csrf(visit), path: pathOf(token), problem: shown.problem };
    const user = await this.sessions.person(visit.ctx, visit);
    if (!user) return invitationView({ ...common, name: shown.name ?? '', signIn: this.signInPath(token, invitation.email) });
    if (user.email === invitation.email) return acceptInvitationView(common);
    return wrongPersonView({ ...common, signedInAs: user.email, signIn: this.signInPath(token, invitation.email, 'login') });
  }

  /** An authorization request of our own. Nobody keeps its verifier, so its code can never become a token. */
  private signInPath(token: string, email: string, prompt?: 'login'): string {
    const challenge = createHash('sha256').update(this.random.bytes(32)).digest('base64url');
    const query = new URLSearchParams({
      ...{ client_id: PAGES_CLIENT, redirect_uri: signedInUri(this.settings), response_type: 'code', scope: 'openid', state: token },
      ...{ code_challenge: challenge, code_challenge_method: 'S256', login_hint: email },
      ...(prompt && { prompt }),
    });
    return `${OIDC_PATHS.authorization}?${query.toString()}`;
  }

  private joined(visit: Visit, team: string): void {
    const onward = { href: this.settings.PORTAL_URL, label: 'Go to rosfleet' };
    this.pages.show(visit, messageView({ title: `Welcome to ${team}`, text: 'You are a member of the team now.', onward }));
  }
}

const pathOf = (token: string): string => `/invitations/${encodeURIComponent(token)}`;
