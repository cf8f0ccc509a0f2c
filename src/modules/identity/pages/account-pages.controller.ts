import { Controller, Get, Param, Post, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Settings } from '../../../config/index.js';
import type { RequestContext } from '../../../platform/context/index.js';
import { AccountLinks } from '../accounts/account-links.js';
import { AccountService } from '../accounts/account.service.js';
import { RegistrationService } from '../accounts/registration.service.js';
import { RateLimited } from '../../../platform/errors/index.js';
import { LinkSpent, RegistrationClosed } from '../errors.js';
import { BareForm, EmailForm, NewPasswordForm, RegistrationForm } from './forms.js';
import { OnwardPaths } from './onward.js';
import { ShowsPage, TakesForm } from './page-routes.js';
import { Pages, type Visit, visitOf } from './pages.js';
import type { Problem } from './problem.js';
import { checkMailView, confirmLinkView, forgotPasswordView, messageView, registerView, resetPasswordView } from './views/account.js';
import type { View } from './views/layout.js';

/** What a link that was sent there confirms. */
interface Confirmable {
  readonly path: string;
  readonly title: string;
  readonly text: string;
  readonly button: string;
}

const ADDRESS: Confirmable = {
  ...{ path: '/verify-email', title: 'Confirm your address' },
  ...{ text: 'One click, and the address is yours.', button: 'Confirm address' },
};
const NUMBER: Confirmable = {
  ...{ path: '/verify-mobile', title: 'Confirm your number' },
  ...{ text: 'One click, and the number is yours.', button: 'Confirm number' },
};

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
  async registerPage(@Res() reply: FastifyReply): Promise<void> {
    if (!this.settings.REGISTRATION) throw new RegistrationClosed();
    const visit = visitOf(reply);
    const onward = await this.onward.of(visit);
    this.pages.show(visit, registerView({ csrf: this.pages.csrf(visit), name: '', email: '', onward }));
  }

  @Post('register')
  @TakesForm(RegistrationClosed, RateLimited)
  async register(@Res() reply: FastifyReply): Promise<void> {
    if (!this.settings.REGISTRATION) throw new RegistrationClosed();
    const visit = visitOf(reply);
    const onward = await this.onward.of(visit);
    await this.pages.take(visit, {
      form: RegistrationForm,
      deed: async ({ name, email, password }) => {
        await this.registration.register(visit.ctx, { name, email, password, ip: visit.request.ip });
        this.pages.show(visit, checkMailView({ email, what: 'To finish, follow the link in the mail that we sent to', onward }));
      },
      again: (problem, typed) =>
        registerView({ csrf: this.pages.csrf(visit), problem, name: typed('name'), email: typed('email'), onward }),
    });
  }

  /** Looks at nothing: a link in a mail is opened by scanners, too, and they shall learn and change nothing. */
  @Get('verify-email/:token')
  @ShowsPage()
  verifyEmailPage(@Param('token') token: string, @Res() reply: FastifyReply): void {
    this.askToConfirm(visitOf(reply), ADDRESS, token);
  }

  @Post('verify-email/:token')
  @TakesForm(LinkSpent)
  verifyEmail(@Param('token') token: string, @Res() reply: FastifyReply): Promise<void> {
    return this.confirm(visitOf(reply), ADDRESS, token, async (ctx) => {
      const { email } = await this.accounts.verifyEmail(ctx, token);
      return `${email} is confirmed. You can sign in now.`;
    });
  }

  /** The link of an SMS: as that of a mail. */
  @Get('verify-mobile/:token')
  @ShowsPage()
  verifyMobilePage(@Param('token') token: string, @Res() reply: FastifyReply): void {
    this.askToConfirm(visitOf(reply), NUMBER, token);
  }

  @Post('verify-mobile/:token')
  @TakesForm(LinkSpent)
  verifyMobile(@Param('token') token: string, @Res() reply: FastifyReply): Promise<void> {
    return this.confirm(visitOf(reply), NUMBER, token, async (ctx) => {
      const { mobile } = await this.accounts.verifyMobile(ctx, token);
      return `${mobile ?? 'The number'} is confirmed.`;
    });
  }

  @Get('forgot-password')
  @ShowsPage()
  async forgotPasswordPage(@Res() reply: FastifyReply): Promise<void> {
    const visit = visitOf(reply);
    const onward = await this.onward.of(visit);
    this.pages.show(visit, forgotPasswordView({ csrf: this.pages.csrf(visit), email: '', onward }));
  }

  @Post('forgot-password')
  @TakesForm(RateLimited)
  async forgotPassword(@Res() reply: FastifyReply): Promise<void> {
    const visit = visitOf(reply);
    const onward = await this.onward.of(visit);
    await this.pages.take(visit, {
      form: EmailForm,
      deed: async ({ email }) => {
        await this.registration.forgot(visit.ctx, email, visit.request.ip);
        const what = 'If there is an account with this address, a link to choose a new password is on its way to';
        this.pages.show(visit, checkMailView({ email, what, onward }));
      },
      again: (problem, typed) => forgotPasswordView({ csrf: this.pages.csrf(visit), problem, email: typed('email'), onward }),
    });
  }

  @Get('reset-password/:token')
  @ShowsPage(LinkSpent)
  async resetPasswordPage(@Param('token') token: string, @Res() reply: FastifyReply): Promise<void> {
    const visit = visitOf(reply);
    this.pages.show(visit, await this.resetPasswordView(visit, token));
  }

  @Post('reset-password/:token')
  @TakesForm(LinkSpent)
  async resetPassword(@Param('token') token: string, @Res() reply: FastifyReply): Promise<void> {
    const visit = visitOf(reply);
    await this.pages.take(visit, {
      form: NewPasswordForm,
      deed: async ({ password }) => {
        await this.accounts.resetPassword(visit.ctx, token, password);
        const text = 'Your password is changed. You were signed out everywhere; sign in with the new one.';
        this.pages.show(visit, messageView({ title: 'Password saved', text, onward: await this.onward.of(visit) }));
      },
      again: (problem) => this.resetPasswordView(visit, token, problem),
    });
  }

  private askToConfirm(visit: Visit, what: Confirmable, token: string): void {
    this.pages.show(visit, this.confirmView(visit, what, token));
  }

  /** @param deed spends the link; answers the sentence that says so */
  private confirm(visit: Visit, what: Confirmable, token: string, deed: (ctx: RequestContext) => Promise<string>): Promise<void> {
    return this.pages.take(visit, {
      form: BareForm,
      deed: async () => {
        const text = await deed(visit.ctx);
        this.pages.show(visit, messageView({ title: 'Thank you', text, onward: await this.onward.of(visit) }));
      },
      again: (problem) => this.confirmView(visit, what, token, problem),
    });
  }

  private confirmView(visit: Visit, { path, ...words }: Confirmable, token: string, problem?: Problem): View {
    return confirmLinkView({ ...words, csrf: this.pages.csrf(visit), problem, action: `${path}/${encodeURIComponent(token)}` });
  }

  private async resetPasswordView(visit: Visit, token: string, problem?: Problem): Promise<View> {
    const { target } = await this.links.look(token, 'reset-password');
    return resetPasswordView({
      ...{ csrf: this.pages.csrf(visit), problem, action: `/reset-password/${encodeURIComponent(token)}`, email: target },
    });
  }
}
