import { Controller, Get, Param, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Settings } from '../../../config/index.js';
import { RateLimited } from '../../../platform/errors/index.js';
import { CodeRefused, SignInExpired, SignInRefused } from '../errors.js';
import { type Progress, SignInFlow } from '../sign-in/sign-in-flow.js';
import { FederatedProviders } from '../federation/federated-providers.js';
import { BareForm, CodeForm, NewPasswordForm, PasswordForm } from './forms.js';
import { type Interaction, Interactions } from './interactions.js';
import { OnwardPaths } from './onward.js';
import { ShowsPage, TakesForm } from './page-routes.js';
import { Pages, type Visit, visitOf } from './pages.js';
import type { Problem } from './problem.js';
import { federationProblem } from './federation-problems.js';
import type { View } from './views/layout.js';
import { newPasswordView, passwordView, recoveryCodeView, secondFactorView, verifyEmailView } from './views/sign-in.js';

type Sitting = Visit & { readonly interaction: Interaction };

interface Shown {
  readonly problem?: Problem;
  readonly email?: string;
  readonly recovery?: boolean;
  readonly mailSent?: boolean;
}

/**
 * The pages of one sign-in, at the path that the provider sends browsers to. Which step comes next is decided by
 * `SignInFlow` from what was proven, so every page of a sign-in has the same address.
 */
@Controller('sign-in')
export class SignInController {
  constructor(
    private readonly pages: Pages,
    private readonly flow: SignInFlow,
    private readonly interactions: Interactions,
    private readonly onward: OnwardPaths,
    private readonly providers: FederatedProviders,
    private readonly settings: Settings,
  ) {}

  @Get(':uid')
  @ShowsPage(SignInExpired)
  async step(@Param('uid') uid: string, @Query() query: Record<string, unknown>, @Res() reply: FastifyReply): Promise<void> {
    const sitting = await this.sitting(reply, uid);
    if (sitting.interaction.prompt !== 'login') return this.consent(sitting);
    const progress = await this.flow.progress(sitting.ctx, uid);
    if (progress.step === 'done') return this.finish(sitting);
    this.onward.remember(sitting, uid);
    const problem = federationProblem(query['problem']);
    const shown = { problem, recovery: query['factor'] === 'recovery', mailSent: query['mail'] === 'sent' };
    this.pages.show(sitting, this.view(sitting, progress, shown), problem?.status);
  }

  @Post(':uid/password')
  @TakesForm(SignInExpired, SignInRefused, RateLimited)
  async password(@Param('uid') uid: string, @Res() reply: FastifyReply): Promise<void> {
    const sitting = await this.sitting(reply, uid);
    await this.pages.take(sitting, {
      form: PasswordForm,
      deed: async ({ email, password }) =>
        this.next(sitting, await this.flow.password(sitting.ctx, uid, { email, password, ip: sitting.request.ip })),
      again: (problem, typed) => this.view(sitting, { step: 'password', user: undefined }, { problem, email: typed('email') }),
    });
  }

  @Post(':uid/second-factor')
  @TakesForm(SignInExpired, CodeRefused, RateLimited)
  async secondFactor(@Param('uid') uid: string, @Res() reply: FastifyReply): Promise<void> {
    await this.code(await this.sitting(reply, uid), 'app');
  }

  @Post(':uid/recovery-code')
  @TakesForm(SignInExpired, CodeRefused, RateLimited)
  async recoveryCode(@Param('uid') uid: string, @Res() reply: FastifyReply): Promise<void> {
    await this.code(await this.sitting(reply, uid), 'recovery');
  }

  @Post(':uid/new-password')
  @TakesForm(SignInExpired)
  async newPassword(@Param('uid') uid: string, @Res() reply: FastifyReply): Promise<void> {
    const sitting = await this.sitting(reply, uid);
    await this.pages.take(sitting, {
      form: NewPasswordForm,
      deed: async ({ password }) => this.next(sitting, await this.flow.newPassword(sitting.ctx, uid, password)),
      again: (problem) => this.again(sitting, { problem }),
    });
  }

  @Post(':uid/verification')
  @TakesForm(SignInExpired, RateLimited)
  async resendVerification(@Param('uid') uid: string, @Res() reply: FastifyReply): Promise<void> {
    const sitting = await this.sitting(reply, uid);
    await this.pages.take(sitting, {
      form: BareForm,
      deed: async () => {
        await this.flow.resendVerification(sitting.ctx, uid);
        this.pages.redirect(sitting, `${pathOf(uid)}?mail=sent`);
      },
      again: (problem) => this.again(sitting, { problem }),
    });
  }

  /** «Not you?»: what was proven so far is forgotten. */
  @Post(':uid/again')
  @TakesForm(SignInExpired)
  async startOver(@Param('uid') uid: string, @Res() reply: FastifyReply): Promise<void> {
    const sitting = await this.sitting(reply, uid);
    await this.pages.take(sitting, {
      form: BareForm,
      deed: async () => {
        await this.flow.forget(uid);
        this.pages.redirect(sitting, pathOf(uid));
      },
      again: (problem) => this.again(sitting, { problem }),
    });
  }

  /** The application hears `access_denied`. */
  @Post(':uid/cancel')
  @TakesForm(SignInExpired)
  async cancel(@Param('uid') uid: string, @Res() reply: FastifyReply): Promise<void> {
    const sitting = await this.sitting(reply, uid);
    await this.pages.take(sitting, {
      form: BareForm,
      deed: async () => {
        await this.flow.forget(uid);
        const refusal = { error: 'access_denied', error_description: 'the person cancelled the sign-in' };
        this.pages.redirect(sitting, await this.interactions.finish(sitting, refusal));
      },
      again: (problem) => this.again(sitting, { problem }),
    });
  }

  private async sitting(reply: FastifyReply, uid: string): Promise<Sitting> {
    const visit = visitOf(reply);
    const interaction = await this.interactions.of(visit, uid);
    return { ...visit, interaction, formTargets: interaction.formTargets };
  }

  private code(sitting: Sitting, kind: 'app' | 'recovery'): Promise<void> {
    const { ctx, interaction } = sitting;
    return this.pages.take(sitting, {
      form: CodeForm,
      deed: async ({ code }) => this.next(sitting, await this.flow.secondFactor(ctx, interaction.uid, code, kind)),
      again: (problem) => this.again(sitting, { problem, recovery: kind === 'recovery' }),
    });
  }

  /** After a step: the next page by GET, so that loading it again repeats nothing; or back to the application. */
  private async next(sitting: Sitting, { step }: Progress): Promise<void> {
    if (step === 'done') await this.finish(sitting);
    else this.pages.redirect(sitting, pathOf(sitting.interaction.uid));
  }

  private async finish(sitting: Sitting): Promise<void> {
    const login = await this.flow.finish(sitting.ctx, sitting.interaction.uid);
    this.pages.redirect(sitting, await this.interactions.finish(sitting, { login }));
  }

  /** Applications are the operator's own: what they ask for is granted without a question. */
  private async consent(sitting: Sitting): Promise<void> {
    if (sitting.interaction.isRepeated) throw new SignInExpired(); // it would go round for ever
    this.pages.redirect(sitting, await this.interactions.finish(sitting, { consent: {} }));
  }

  /** The page of the present step with what was wrong; another one when the sign-in went on meanwhile. */
  private async again(sitting: Sitting, shown: Shown): Promise<View> {
    return this.view(sitting, await this.flow.progress(sitting.ctx, sitting.interaction.uid), shown);
  }

  private view(sitting: Sitting, { step, user }: Progress, { problem, email, recovery, mailSent }: Shown): View {
    const { uid, client, loginHint } = sitting.interaction;
    const request = { uid, client, csrf: this.pages.csrf(sitting) };
    const known = { request, problem, email: user?.email ?? '' };
    if (step === 'verify-email') return verifyEmailView({ ...known, sent: mailSent ?? false });
    if (step === 'second-factor') return recovery ? recoveryCodeView(known) : secondFactorView(known);
    if (step === 'new-password') return newPasswordView(known);
    const providers = this.providers.list();
    return passwordView({ ...known, email: email ?? loginHint, providers, registration: this.settings.REGISTRATION });
  }
}

const pathOf = (uid: string): string => `/sign-in/${encodeURIComponent(uid)}`;
