import { Injectable } from '@nestjs/common';
import { generateSecret, generateURI, verifySync } from 'otplib';
import QRCode from 'qrcode';
import { Clock } from '../../../platform/clock/clock.js';
import { newId, type RequestContext, type SessionId, type UserId } from '../../../platform/context/index.js';
import { AppKeys, Random } from '../../../platform/crypto/index.js';
import { Database } from '../../../platform/database/index.js';
import { NotFound, ValidationFailed } from '../../../platform/errors/index.js';
import { SessionService } from '../sessions/session.service.js';
import { RecoveryCode } from './recovery-code.entity.js';
import { Throttle } from './throttle.js';
import { TwoFactor } from './two-factor.entity.js';

const PURPOSE = 'two-factor';
const CODES = 10;
/** Seconds of a time step (RFC 6238), and how far a clock may be off. */
const STEP = 30;
const TOLERANCE = 30;

/** Time-based one-time passwords and the recovery codes that stand in for them. */
@Injectable()
export class TwoFactorService {
  constructor(
    private readonly db: Database,
    private readonly keys: AppKeys,
    private readonly random: Random,
    private readonly clock: Clock,
    private readonly throttle: Throttle,
    private readonly sessions: SessionService,
  ) {}

  /** Whether the person must give a code at sign-in. */
  async isOn(ctx: RequestContext, userId: UserId): Promise<boolean> {
    return Boolean((await this.find(ctx, userId))?.confirmedAt);
  }

  /**
   * Begins an enrolment: a new secret and new recovery codes. While an enrolment is confirmed it stays in force, so it
   * must be disabled first. @throws ValidationFailed when it is on already
   */
  begin(ctx: RequestContext, userId: UserId): Promise<void> {
    return this.db.transaction(ctx, async (ctx) => {
      if (await this.isOn(ctx, userId)) throw new ValidationFailed({ two_factor: ['two-factor is on already; turn it off first'] });
      await this.clear(ctx, userId);
      const row = { userId, sealedSecret: this.keys.seal(generateSecret(), PURPOSE), confirmedAt: null };
      await this.db.manager(ctx).createQueryBuilder().insert().into(TwoFactor).values(row).execute();
      await this.replaceCodes(ctx, userId, true);
    });
  }

  /**
   * Ends the enrolment with a first code; from now on sign-in asks for one, and the person's other sessions, which never
   * gave one, end. @throws ValidationFailed on field code, RateLimited
   */
  async confirm(ctx: RequestContext, userId: UserId, code: string, keep: SessionId | undefined): Promise<void> {
    await this.throttle.attempt({ kind: 'code', of: userId });
    await this.db.transaction(ctx, async (ctx) => {
      if (!(await this.accept(ctx, userId, code, 'pending'))) throw new ValidationFailed({ code: ['code is wrong or has expired'] });
      await this.db.query(ctx, `UPDATE two_factor SET confirmed_at = $2 WHERE user_id = $1`, [userId, this.clock.now()]);
      await this.sessions.endAll(ctx, userId, keep);
      if (keep) await this.sessions.noteSecondFactor(ctx, keep);
    });
    await this.throttle.succeeded({ kind: 'code', of: userId });
  }

  /** Whether a code of the authenticator app is right; each works once. @throws RateLimited */
  async check(ctx: RequestContext, userId: UserId, code: string): Promise<boolean> {
    await this.throttle.attempt({ kind: 'code', of: userId });
    const right = await this.db.transaction(ctx, (ctx) => this.accept(ctx, userId, code, 'on'));
    if (right) await this.throttle.succeeded({ kind: 'code', of: userId });
    return right;
  }

  /** Spends a recovery code. @throws RateLimited */
  async spendRecoveryCode(ctx: RequestContext, userId: UserId, code: string): Promise<boolean> {
    await this.throttle.attempt({ kind: 'code', of: userId });
    const rows = await this.db.query(ctx, `DELETE FROM recovery_code WHERE user_id = $1 AND hash = ANY($2) RETURNING id`, [
      userId,
      this.keys.macsOf(plainCode(code), PURPOSE),
    ]);
    if (rows.length === 0) return false;
    await this.throttle.succeeded({ kind: 'code', of: userId });
    return true;
  }

  /** Turns it off and forgets secret and codes; repeating it changes nothing. Every other session of the person ends. */
  disable(ctx: RequestContext, userId: UserId, keep: SessionId | undefined): Promise<void> {
    return this.db.transaction(ctx, async (ctx) => {
      const wasOn = await this.isOn(ctx, userId);
      await this.clear(ctx, userId);
      if (wasOn) await this.sessions.endAll(ctx, userId, keep);
    });
  }

  /** Secret in base32, for typing it in, while the enrolment waits. @throws NotFound without one or once it is confirmed */
  async secret(ctx: RequestContext, userId: UserId): Promise<string> {
    const row = await this.find(ctx, userId);
    if (!row || row.confirmedAt)
      throw new NotFound('There is no two-factor enrolment that waits for its first code. The secret is shown only until then.');
    return this.keys.open(row.sealedSecret, PURPOSE);
  }

  /** The same secret as a QR code of an otpauth URI, SVG markup. @throws NotFound as `secret` */
  async qrCode(ctx: RequestContext, userId: UserId, label: string): Promise<string> {
    const uri = generateURI({ issuer: 'rosfleet', label, secret: await this.secret(ctx, userId) });
    return QRCode.toString(uri, { type: 'svg', margin: 2, errorCorrectionLevel: 'M' });
  }

  /**
   * The unused recovery codes. They are readable while the enrolment waits and once after it was confirmed; from then on
   * only their first characters are, as nothing but their hashes is kept.
   */
  recoveryCodes(ctx: RequestContext, userId: UserId): Promise<string[]> {
    return this.db.transaction(ctx, async (ctx) => {
      const codes = await this.db
        .manager(ctx)
        .createQueryBuilder(RecoveryCode, 'c')
        .andWhere('c.userId = :userId', { userId })
        .orderBy('c.position')
        .take(CODES)
        .getMany();
      if (await this.isOn(ctx, userId))
        await this.db.query(ctx, `UPDATE recovery_code SET sealed_code = NULL WHERE user_id = $1 AND sealed_code IS NOT NULL`, [userId]);
      return codes.map((c) => (c.sealedCode ? this.keys.open(c.sealedCode, PURPOSE) : `${c.hint}…`));
    });
  }

  /** New recovery codes in place of the old ones, which stop working; shown in this answer only. @throws NotFound without two-factor */
  regenerate(ctx: RequestContext, userId: UserId): Promise<string[]> {
    return this.db.transaction(ctx, async (ctx) => {
      if (!(await this.find(ctx, userId))) throw new NotFound('Two-factor is off; there is nothing to recover.');
      return this.replaceCodes(ctx, userId, false);
    });
  }

  private async replaceCodes(ctx: RequestContext, userId: UserId, keepReadable: boolean): Promise<string[]> {
    await this.db.query(ctx, `DELETE FROM recovery_code WHERE user_id = $1 RETURNING id`, [userId]);
    const codes = Array.from({ length: CODES }, () => newCode(this.random));
    const rows = codes.map((code, position) => ({
      ...{ id: newId(), userId, position, hint: code.slice(0, 2), hash: this.keys.mac(plainCode(code), PURPOSE) },
      sealedCode: keepReadable ? this.keys.seal(code, PURPOSE) : null,
    }));
    await this.db.manager(ctx).createQueryBuilder().insert().into(RecoveryCode).values(rows).execute();
    return codes;
  }

  /** Judges a code and remembers its time step, so that it is not accepted again. */
  private async accept(ctx: RequestContext, userId: UserId, code: string, state: 'pending' | 'on'): Promise<boolean> {
    const row = await this.find(ctx, userId);
    if (!row || Boolean(row.confirmedAt) !== (state === 'on')) return false;
    const token = code.replaceAll(/\s/g, '');
    if (!/^\d{6}$/.test(token)) return false;
    const epoch = Math.floor(this.clock.millis() / 1000);
    const result = verifySync({
      ...{ secret: this.keys.open(row.sealedSecret, PURPOSE), token, epoch, period: STEP, epochTolerance: TOLERANCE },
    });
    if (!result.valid) return false;
    const step = Math.floor(epoch / STEP) + result.delta;
    const spent = await this.db.query(ctx, `UPDATE two_factor SET last_step = $2 WHERE user_id = $1 AND last_step < $2 RETURNING user_id`, [
      userId,
      step,
    ]);
    return spent.length === 1;
  }

  private async clear(ctx: RequestContext, userId: UserId): Promise<void> {
    await this.db.query(ctx, `DELETE FROM two_factor WHERE user_id = $1 RETURNING user_id`, [userId]);
    await this.db.query(ctx, `DELETE FROM recovery_code WHERE user_id = $1 RETURNING id`, [userId]);
  }

  private find(ctx: RequestContext, userId: UserId): Promise<TwoFactor | null> {
    return this.db.manager(ctx).createQueryBuilder(TwoFactor, 't').andWhere('t.userId = :userId', { userId }).getOne();
  }
}

/** Ten characters that nobody confuses, 49 bits; with the throttle that is far out of reach. */
const ALPHABET = 'abcdefghjkmnpqrstuvwxyz23456789';
function newCode(random: Random): string {
  const text = random.text(10, ALPHABET);
  return `${text.slice(0, 5)}-${text.slice(5)}`;
}
const plainCode = (code: string): string => code.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
