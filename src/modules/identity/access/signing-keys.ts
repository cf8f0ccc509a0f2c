import { Injectable, type OnApplicationBootstrap, Optional } from '@nestjs/common';
import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject, randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { Settings } from '../../../config/index.js';
import { Clock } from '../../../platform/clock/clock.js';
import { RequestContext } from '../../../platform/context/index.js';
import { AppKeys } from '../../../platform/crypto/index.js';
import { Database } from '../../../platform/database/index.js';
import { defineTask, Every, Handles } from '../../../platform/tasks/index.js';
import { Logger } from '../../../platform/telemetry/logger.js';
import { PermissionCache } from './permission-cache.js';
import { SigningKey } from './signing-key.entity.js';

/** RS256: its signatures are checked on every request, which RSA does several times faster than ECDSA. */
export const SIGNING_ALGORITHM = 'RS256';
const PURPOSE = 'signing-key';
const LOCK = 7_241_001;
const DAY = 86_400_000;
const OVERLAP_DAYS = 2;
/** An unknown key id makes a process look for new keys, this often at most. */
const RELOAD_MS = 5000;
const SYSTEM = RequestContext.system('signing-keys');

const rotateSigningKeys = defineTask<null>({ name: 'identity.rotate-signing-keys', lane: 'slow' });

/** A public key as RFC 7517 writes it. */
export interface PublicJwk {
  readonly kty: string;
  readonly n: string;
  readonly e: string;
  readonly kid: string;
  readonly use: string;
  readonly alg: string;
}

interface LoadedKey {
  readonly kid: string;
  readonly publicPem: string;
  readonly privateKey: KeyObject;
  readonly createdAt: Date;
}

type PrivateJwk = PublicJwk & { readonly kty: 'RSA'; readonly d: string };

/** The key pairs of our JWTs: made at first start, replaced by age, verifying two days longer than they sign. */
@Injectable()
export class SigningKeys implements OnApplicationBootstrap {
  private keys: LoadedKey[] = [];
  private reloadedAt = 0;

  constructor(
    private readonly db: Database,
    private readonly appKeys: AppKeys,
    private readonly clock: Clock,
    private readonly settings: Settings,
    @Optional() private readonly changes?: PermissionCache<never>,
    @Optional() private readonly logger?: Logger,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.rotateIfDue();
    this.changes?.watch(
      'signing_key',
      () => void this.reload().catch((err: unknown) => this.logger?.error({ err }, 'cannot read the signing keys')),
    );
  }

  /** The key that signs now. */
  get current(): LoadedKey {
    const key = this.keys[0];
    if (!key) throw new Error('Signing keys are not loaded yet.');
    return key;
  }

  /** Changes with the set of keys. */
  get fingerprint(): string {
    return this.keys.map((key) => key.kid).join(' ');
  }

  /** PEM of the public key with this id, when it still verifies. One that another process made is looked up. */
  async publicPem(kid: string | undefined): Promise<string | undefined> {
    const known = this.find(kid);
    if (known || kid === undefined || this.clock.millis() - this.reloadedAt < RELOAD_MS) return known;
    await this.reload();
    return this.find(kid);
  }

  jwks(): { keys: PublicJwk[] } {
    return { keys: this.keys.map((key) => ({ ...publicPart(key), kid: key.kid, use: 'sig', alg: SIGNING_ALGORITHM })) };
  }

  /** With private parts, the signing one first: for the provider in this process alone. */
  privateJwks(): PrivateJwk[] {
    return this.keys.map((key) => ({
      ...(key.privateKey.export({ format: 'jwk' }) as { kty: 'RSA'; n: string; e: string; d: string }),
      ...{ kid: key.kid, use: 'sig', alg: SIGNING_ALGORITHM },
    }));
  }

  @Every(3600)
  @Handles(rotateSigningKeys)
  async rotateIfDue(): Promise<void> {
    const due = new Date(this.clock.millis() - this.settings.SIGNING_KEY_DAYS * DAY);
    await this.exclusively(async (ctx) => {
      if ((this.keys[0]?.createdAt ?? new Date(0)) <= due) await this.make(ctx);
      await this.retire(ctx);
    });
  }

  /** A new key signs from now on; the one before verifies for two more days. */
  rotate(): Promise<void> {
    return this.exclusively((ctx) => this.make(ctx));
  }

  /** Of two processes at first start, one makes a key and the other finds it. */
  private exclusively(work: (ctx: RequestContext) => Promise<void>): Promise<void> {
    return this.db.transaction(SYSTEM, async (ctx) => {
      await this.db.query(ctx, `SELECT pg_advisory_xact_lock(${LOCK})`);
      await this.load(ctx);
      await work(ctx);
      await this.load(ctx);
    });
  }

  private async reload(): Promise<void> {
    this.reloadedAt = this.clock.millis();
    await this.load(SYSTEM);
  }

  private find(kid: string | undefined): string | undefined {
    return this.keys.find((key) => key.kid === kid)?.publicPem;
  }

  private async load(ctx: RequestContext): Promise<void> {
    const rows = await this.db
      .manager(ctx)
      .createQueryBuilder(SigningKey, 'k')
      .andWhere('k.retiredAt IS NULL')
      .orderBy('k.createdAt', 'DESC')
      .getMany();
    this.keys = rows.map((row) => ({
      ...{ kid: row.id, publicPem: row.publicPem, createdAt: row.createdAt },
      privateKey: createPrivateKey(this.appKeys.open(row.sealedPrivatePem, PURPOSE)),
    }));
  }

  private async make(ctx: RequestContext): Promise<void> {
    const { publicKey, privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
    const row = {
      id: randomUUID(),
      publicPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
      sealedPrivatePem: this.appKeys.seal(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), PURPOSE),
      createdAt: this.clock.now(),
    };
    await this.db.manager(ctx).createQueryBuilder().insert().into(SigningKey).values(row).execute();
  }

  /** Ends keys whose successor signs for longer than any token lives. */
  private async retire(ctx: RequestContext): Promise<void> {
    await this.db.query(
      ctx,
      `UPDATE signing_key k SET retired_at = $1 WHERE retired_at IS NULL AND EXISTS (SELECT FROM signing_key n WHERE n.created_at > k.created_at AND n.created_at < $2) RETURNING id`,
      [this.clock.now(), new Date(this.clock.millis() - OVERLAP_DAYS * DAY)],
    );
  }
}

const publicPart = ({ publicPem }: LoadedKey): { kty: string; n: string; e: string } =>
  createPublicKey(publicPem).export({ format: 'jwk' }) as { kty: string; n: string; e: string };
