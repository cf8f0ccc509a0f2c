import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject, randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { RequestContext } from '../../../platform/context/index.js';
import { AppKeys } from '../../../platform/crypto/index.js';
import { Database } from '../../../platform/database/index.js';
import { SigningKey } from './signing-key.entity.js';

/** RS256: its signatures are checked on every request, which RSA does several times faster than ECDSA. */
export const SIGNING_ALGORITHM = 'RS256';
const PURPOSE = 'signing-key';
const LOCK = 7_241_001;

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
}

/** The key pairs of our JWTs, made at first start. */
@Injectable()
export class SigningKeys implements OnApplicationBootstrap {
  private keys: LoadedKey[] = [];

  constructor(
    private readonly db: Database,
    private readonly appKeys: AppKeys,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.db.transaction(RequestContext.system('signing-keys'), async (ctx) => {
      await this.db.query(ctx, `SELECT pg_advisory_xact_lock(${LOCK})`); // two processes at first start make one key
      await this.load(ctx);
      if (this.keys.length) return;
      await this.make(ctx);
      await this.load(ctx);
    });
  }

  /** The key that signs now. */
  get current(): LoadedKey {
    const key = this.keys[0];
    if (!key) throw new Error('Signing keys are not loaded yet.');
    return key;
  }

  /** PEM of the public key with this id, when it still verifies. */
  publicPem(kid: string | undefined): string | undefined {
    return this.keys.find((key) => key.kid === kid)?.publicPem;
  }

  jwks(): { keys: PublicJwk[] } {
    return {
      keys: this.keys.map((key) => ({
        ...(createPublicKey(key.publicPem).export({ format: 'jwk' }) as { kty: string; n: string; e: string }),
        kid: key.kid,
        use: 'sig',
        alg: SIGNING_ALGORITHM,
      })),
    };
  }

  private async load(ctx: RequestContext): Promise<void> {
    const rows = await this.db
      .manager(ctx)
      .createQueryBuilder(SigningKey, 'k')
      .andWhere('k.retiredAt IS NULL')
      .orderBy('k.createdAt', 'DESC')
      .getMany();
    this.keys = rows.map((row) => ({
      kid: row.id,
      publicPem: row.publicPem,
      privateKey: createPrivateKey(this.appKeys.open(row.sealedPrivatePem, PURPOSE)),
    }));
  }

  private async make(ctx: RequestContext): Promise<void> {
    const { publicKey, privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
    const row = {
      id: randomUUID(),
      publicPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
      sealedPrivatePem: this.appKeys.seal(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), PURPOSE),
    };
    await this.db.manager(ctx).createQueryBuilder().insert().into(SigningKey).values(row).execute();
  }
}
