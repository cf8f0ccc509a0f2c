import { Injectable } from '@nestjs/common';
import { AuditTrail } from '../../../platform/audit/index.js';
import { Clock } from '../../../platform/clock/clock.js';
import type { RequestContext, UserId } from '../../../platform/context/index.js';
import { AccountService } from '../accounts/account.service.js';
import { passwordMatches } from '../accounts/passwords.js';
import { Throttle, type ThrottleKey } from '../accounts/throttle.js';
import { TwoFactorService } from '../accounts/two-factor.service.js';
import type { User } from '../accounts/user.entity.js';
import { CodeRefused, SignInExpired, SignInRefused } from '../errors.js';
import { OidcRecords } from '../oidc/oidc-records.js';

/** What a person still has to do before they are signed in, in this order. */
export type Step = 'password' | 'verify-email' | 'second-factor' | 'new-password' | 'done';

/** Proofs in the words of RFC 8176: password, one-time password, or an external provider's word (`fed`, ours). */
type Proof = 'pwd' | 'otp' | 'fed';

interface Stage {
  readonly userId: UserId;
  readonly proofs: readonly Proof[];
}

export interface Progress {
  readonly step: Step;
  readonly user: User | undefined;
}

const MODEL = 'SignInStage';
const STAGE_SECONDS = 900;

/**
 * Signing in, step by step, for one authorization request. What was proven is kept here, on the server, under the
 * request's id: a browser cannot skip a step by asking for a later page.
 */
@Injectable()
export class SignInFlow {
  constructor(
    private readonly accounts: AccountService,
    private readonly twoFactor: TwoFactorService,
    private readonly throttle: Throttle,
    private readonly records: OidcRecords,
    private readonly clock: Clock,
    private readonly trail: AuditTrail,
  ) {}

  /** Where the person stands. */
  async progress(ctx: RequestContext, uid: string): Promise<Progress> {
    const stage = (await this.records.get(MODEL, uid)) as unknown as Stage | undefined;
    const user = stage && (await this.accounts.find(ctx, stage.userId));
    if (!stage || !user?.allowLogin) return { step: 'password', user: undefined };
    return { step: await this.nextStep(ctx, user, stage.proofs), user };
  }

  /**
   * Checks address and password. The answer and its time are the same for unknown accounts.
   * @param ip address of the browser
   * @throws SignInRefused, RateLimited
   */
  async password(ctx: RequestContext, uid: string, wish: { email: string; password: string; ip: string }): Promise<Progress> {
    const keys: ThrottleKey[] = [
      { kind: 'address', of: wish.ip },
      { kind: 'account', of: wish.email },
    ];
    await this.throttle.attempt(...keys);
    const user = await this.accounts.findByEmail(ctx, wish.email);
    const right = await passwordMatches(user?.passwordHash, wish.password);
    if (!user?.allowLogin || !right) {
      this.noteFailure(ctx, user?.id, { email: wish.email }, wish.ip);
      throw new SignInRefused();
    }
    await this.throttle.succeeded(...keys);
    return this.proven(ctx, uid, user, ['pwd']);
  }

  /** A code of the authenticator app, or a recovery code, which is spent. @throws CodeRefused, RateLimited, SignInExpired */
  async secondFactor(ctx: RequestContext, uid: string, code: string, kind: 'app' | 'recovery'): Promise<Progress> {
    const { stage, user } = await this.reached(ctx, uid, 'second-factor');
    const right =
      kind === 'app' ? await this.twoFactor.check(ctx, user.id, code) : await this.twoFactor.spendRecoveryCode(ctx, user.id, code);
    if (!right) {
      this.noteFailure(ctx, user.id, { email: user.email, second_factor: kind });
      throw new CodeRefused();
    }
    return this.proven(ctx, uid, user, [...stage.proofs, 'otp']);
  }

  /** Replaces a password that was handed out. @throws ValidationFailed, SignInExpired */
  async newPassword(ctx: RequestContext, uid: string, password: string): Promise<Progress> {
    const { stage, user } = await this.reached(ctx, uid, 'new-password');
    await this.accounts.setPassword(ctx, user, password);
    return this.proven(ctx, uid, { ...user, mustChangePassword: false }, stage.proofs);
  }

  /** An external provider vouched for the person. */
  async federated(ctx: RequestContext, uid: string, userId: UserId): Promise<Progress> {
    const user = await this.accounts.find(ctx, userId);
    if (!user?.allowLogin) throw new SignInRefused();
    return this.proven(ctx, uid, user, ['fed']);
  }

  /** Sends the mail to verify the address again, to someone who proved the password. @throws RateLimited, SignInExpired */
  async resendVerification(ctx: RequestContext, uid: string): Promise<void> {
    const { user } = await this.reached(ctx, uid, 'verify-email');
    await this.accounts.sendEmailVerification(ctx, user.id);
  }

  /** Ends the flow: who signed in, by which proofs (`amr`). @throws SignInExpired when a step is missing */
  async finish(ctx: RequestContext, uid: string): Promise<{ accountId: string; amr: string[]; ts: number }> {
    const { stage, user } = await this.reached(ctx, uid, 'done');
    await this.records.remove(MODEL, uid);
    return { accountId: user.id, amr: [...stage.proofs], ts: Math.floor(this.clock.millis() / 1000) };
  }

  /** Begins anew: «this is not me». */
  async forget(uid: string): Promise<void> {
    await this.records.remove(MODEL, uid);
  }

  private noteFailure(ctx: RequestContext, userId: UserId | undefined, about: Record<string, unknown>, ip?: string): void {
    this.trail.note(ctx, { event: 'sign-in.failed', status: 401, about, who: { userId }, origin: { ip } });
  }

  private async reached(ctx: RequestContext, uid: string, step: Step): Promise<{ stage: Stage; user: User }> {
    const stage = (await this.records.get(MODEL, uid)) as unknown as Stage | undefined;
    const user = stage && (await this.accounts.find(ctx, stage.userId));
    if (!stage || !user?.allowLogin || (await this.nextStep(ctx, user, stage.proofs)) !== step) throw new SignInExpired();
    return { stage, user };
  }

  private async proven(ctx: RequestContext, uid: string, user: User, proofs: readonly Proof[]): Promise<Progress> {
    await this.records.put(MODEL, uid, { userId: user.id, proofs, accountId: user.id }, STAGE_SECONDS);
    return { step: await this.nextStep(ctx, user, proofs), user };
  }

  private async nextStep(ctx: RequestContext, user: User, proofs: readonly Proof[]): Promise<Step> {
    if (!proofs.includes('pwd') && !proofs.includes('fed')) return 'password';
    if (!user.emailVerifiedAt) return 'verify-email';
    if (!proofs.includes('otp') && (await this.twoFactor.isOn(ctx, user.id))) return 'second-factor';
    if (user.mustChangePassword && proofs.includes('pwd')) return 'new-password';
    return 'done';
  }
}
