import { Body, Controller, Get, Param, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Settings } from '../../../config/index.js';
import { Ctx } from '../../../platform/access/index.js';
import { RequestContext } from '../../../platform/context/index.js';
import { AccountLinks } from '../accounts/account-links.js';
import { AccountService } from '../accounts/account.service.js';
import { RegistrationService } from '../accounts/registration.service.js';
import { RateLimited } from '../../../platform/errors/index.js';
import { LinkSpent, RegistrationClosed } from '../errors.js';
import { BareForm, EmailForm, NewPasswordForm, RegistrationForm } from './forms.js';
import { OnwardPaths } from './onward.js';
import { ShowsPage, TakesForm } from './page-routes.js';
import { Pages, type Visit } from './pages.js';
import type { Problem } from './problem.js';
import { checkMailView, confirmLinkView, forgotPasswordView, messageView, registerView, resetPasswordView } from './views/account.js';
import type { View } from './views/layout.js';

/** Coming to an account and back to it: registration, confirming an address, a forgotten password. */
@Controller()
export class AccountPagesController {
  constructor(
    private readonly pages: Pages,
    private readonly onward: OnwardPaths,
    private readonly registration: RegistrationService,
    private readonly accounts: AccountService,
    private readonly links: AccountLinks,
    private readonly settings: Settings,
  ) {}

  @Get('register')
  @ShowsPage(RegistrationClosed)
  async registerPage(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    if (!this.settings.REGISTRATION) throw new RegistrationClosed();
    const visit = { request, reply };
    const onward = await this.onward.of(visit);
    this.pages.show(visit, registerView({ csrf: this.pages.csrf(visit), name: '', email: '', onward }));
  }

  @Post('register')
  @TakesForm(RegistrationClosed, RateLimited)
  async register(
    @Ctx() ctx: RequestContext,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    if (!this.settings.REGISTRATION) throw new RegistrationClosed();
    const visit = { request, reply };
    const onward = await this.onward.of(visit);
    await this.pages.take(visit, {
      ...{ form: RegistrationForm, body },
      deed: async ({ name, email, password }) => {
        await this.registration.register(ctx, { name, email, password, ip: request.ip });
        this.pages.show(visit, checkMailView({ email, what: 'To finish, follow the link in the mail that we sent to', onward }));
      },
      again: (problem, typed) =>
        registerView({ csrf: this.pages.csrf(visit), problem, name: typed('name'), email: typed('email'), onward }),
    });
  }

  /** Looks at nothing: a link in a mail is opened by scanners, too, and they shall learn and change nothing. */
  @Get('verify-email/:token')
  @ShowsPage()
  verifyEmailPage(@Param('token') token: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    this.pages.show({ request, reply }, this.verifyEmailView({ request, reply }, token));
  }

  @Post('verify-email/:token')
  @TakesForm(LinkSpent)
  async verifyEmail(
    @Ctx() ctx: RequestContext,
    @Param('token') token: string,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const visit = { request, reply };
    await this.pages.take(visit, {
      ...{ form: BareForm, body },
      deed: async () => {
        const { email } = await this.accounts.verifyEmail(ctx, token);
        const text = `${email} is confirmed. You can sign in now.`;
        this.pages.show(visit, messageView({ title: 'Thank you', text, onward: await this.onward.of(visit) }));
      },
      again: (problem) => this.verifyEmailView(visit, token, problem),
    });
  }

  /** The link of an SMS: as that of a mail. */
  @Get('verify-mobile/:token')
  @ShowsPage()
  verifyMobilePage(@Param('token') token: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    this.pages.show({ request, reply }, this.verifyMobileView({ request, reply }, token));
  }

  @Post('verify-mobile/:token')
  @TakesForm(LinkSpent)
  async verifyMobile(
    @Ctx() ctx: RequestContext,
    @Param('token') token: string,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const visit = { request, reply };
    await this.pages.take(visit, {
      ...{ form: BareForm, body },
      deed: async () => {
        const { mobile } = await this.accounts.verifyMobile(ctx, token);
        const text = `${mobile ?? 'The number'} is confirmed.`;
        this.pages.show(visit, messageView({ title: 'Thank you', text, onward: await this.onward.of(visit) }));
      },
      again: (problem) => this.verifyMobileView(visit, token, problem),
    });
  }

  @Get('forgot-password')
  @ShowsPage()
  async forgotPasswordPage(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const visit = { request, reply };
    const onward = await this.onward.of(visit);
    this.pages.show(visit, forgotPasswordView({ csrf: this.pages.csrf(visit), email: '', onward }));
  }

  @Post('forgot-password')
  @TakesForm(RateLimited)
  async forgotPassword(
    @Ctx() ctx: RequestContext,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const visit = { request, reply };
    const onward = await this.onward.of(visit);
    await this.pages.take(visit, {
      ...{ form: EmailForm, body },
      deed: async ({ email }) => {
        await this.registration.forgot(ctx, email, request.ip);
        const what = 'If there is an account with this address, a link to choose a new password is on its way to';
        this.pages.show(visit, checkMailView({ email, what, onward }));
      },
      again: (problem, typed) => forgotPasswordView({ csrf: this.pages.csrf(visit), problem, email: typed('email'), onward }),
    });
  }

  @Get('reset-password/:token')
  @ShowsPage(LinkSpent)
  async resetPasswordPage(@Param('token') token: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    this.pages.show({ request, reply }, await this.resetPasswordView({ request, reply }, token));
  }

  @Post('reset-password/:token')
  @TakesForm(LinkSpent)
  async resetPassword(
    @Ctx() ctx: RequestContext,
    @Param('token') token: string,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const visit = { request, reply };
    await this.pages.take(visit, {
      ...{ form: NewPasswordForm, body },
      deed: async ({ password }) => {
        await this.accounts.resetPassword(ctx, token, password);
        const text = 'Your password is changed. You were signed out everywhere; sign in with the new one.';
        this.pages.show(visit, messageView({ title: 'Password saved', text, onward: await this.onward.of(visit) }));
      },
      again: (problem) => this.resetPasswordView(visit, token, problem),
    });
  }

  private verifyEmailView(visit: Visit, token: string, problem?: Problem): View {
    return confirmLinkView({
      ...{ csrf: this.pages.csrf(visit), problem, action: `/verify-email/${encodeURIComponent(token)}` },
      ...{ title: 'Confirm your address', text: 'One click, and the address is yours.', button: 'Confirm address' },
    });
  }

  private verifyMobileView(visit: Visit, token: string, problem?: Problem): View {
    return confirmLinkView({
      ...{ csrf: this.pages.csrf(visit), problem, action: `/verify-mobile/${encodeURIComponent(token)}` },
      ...{ title: 'Confirm your number', text: 'One click, and the number is yours.', button: 'Confirm number' },
    });
  }

  private async resetPasswordView(visit: Visit, token: string, problem?: Problem): Promise<View> {
    const { target } = await this.links.look(token, 'reset-password');
    return resetPasswordView({
      ...{ csrf: this.pages.csrf(visit), problem, action: `/reset-password/${encodeURIComponent(token)}`, email: target },
    });
  }
}
