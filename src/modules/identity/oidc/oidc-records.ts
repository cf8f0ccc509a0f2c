import { Injectable } from '@nestjs/common';
import { Clock } from '../../../platform/clock/clock.js';
import { RequestContext } from '../../../platform/context/index.js';
import { AppKeys } from '../../../platform/crypto/index.js';
import { Database } from '../../../platform/database/index.js';

export type Payload = Record<string, unknown> & { uid?: string; grantId?: string; accountId?: string };

interface Row {
  readonly sealed: string;
  readonly consumedAt: Date | null;
}

/**
 * What the provider remembers. Ids are cookies, codes and tokens, so they are kept as keyed hashes, and payloads are
 * sealed: a copy of the table signs nobody in.
 */
@Injectable()
export class OidcRecords {
  private readonly ctx = RequestContext.system('oidc');

  constructor(
    private readonly db: Database,
    private readonly keys: AppKeys,
    private readonly clock: Clock,
  ) {}

  /** @param seconds life from now; without it the record stays until it is deleted */
  async put(model: string, id: string, payload: Payload, seconds?: number): Promise<void> {
    const expiresAt = seconds === undefined ? null : new Date(this.clock.millis() + seconds * 1000);
    await this.db.query(
      this.ctx,
      `INSERT INTO oidc_record (model, id_hash, sealed_payload, grant_id, uid, account_id, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
       ON CONFLICT (model, id_hash) DO UPDATE SET sealed_payload = EXCLUDED.sealed_payload, grant_id = EXCLUDED.grant_id, uid = EXCLUDED.uid, account_id = EXCLUDED.account_id, expires_at = EXCLUDED.expires_at`,
      [
        ...[model, this.hash(id), this.keys.seal(JSON.stringify(payload), purpose(model))],
        ...[grantOf(model, id, payload), payload.uid ?? null, payload.accountId ?? null, expiresAt],
      ],
    );
  }

  get(model: string, id: string): Promise<Payload | undefined> {
    return this.read(model, 'id_hash = ANY($2)', this.keys.macsOf(id, PURPOSE));
  }

  getByUid(model: string, uid: string): Promise<Payload | undefined> {
    return this.read(model, 'uid = $2', uid);
  }

  /** Marks a code or refresh token as spent. Answers false when it was spent before: of two at once, one is told so. */
  async consume(model: string, id: string): Promise<boolean> {
    const rows = await this.db.query(
      this.ctx,
      `UPDATE oidc_record SET consumed_at = $3 WHERE model = $1 AND id_hash = ANY($2) AND consumed_at IS NULL RETURNING model`,
      [model, this.keys.macsOf(id, PURPOSE), this.clock.now()],
    );
    return rows.length === 1;
  }

  async remove(model: string, id: string): Promise<void> {
    await this.db.query(this.ctx, `DELETE FROM oidc_record WHERE model = $1 AND id_hash = ANY($2) RETURNING model`, [
      model,
      this.keys.macsOf(id, PURPOSE),
    ]);
  }

  async removeOfGrant(model: string, grantId: string): Promise<void> {
    await this.db.query(this.ctx, `DELETE FROM oidc_record WHERE model = $1 AND grant_id = $2 RETURNING model`, [model, grantId]);
  }

  /** Deletes what has expired. */
  async sweep(): Promise<void> {
    await this.db.query(this.ctx, `DELETE FROM oidc_record WHERE expires_at < $1 RETURNING model`, [this.clock.now()]);
  }

  private async read(model: string, where: string, value: unknown): Promise<Payload | undefined> {
    const [row] = await this.db.query<Row>(
      this.ctx,
      `SELECT sealed_payload AS sealed, consumed_at AS "consumedAt" FROM oidc_record WHERE model = $1 AND ${where} AND (expires_at IS NULL OR expires_at > $3)`,
      [model, value, this.clock.now()],
    );
    if (!row) return undefined;
    const payload = JSON.parse(this.keys.open(row.sealed, purpose(model))) as Payload;
    return row.consumedAt ? { ...payload, consumed: Math.floor(row.consumedAt.getTime() / 1000) } : payload;
  }

  private hash(id: string): string {
    return this.keys.mac(id, PURPOSE);
  }
}

/** With which grant a record ends. A sign-in that waits does not: it may be the one that takes another person's place. */
function grantOf(model: string, id: string, { grantId }: Payload): string | null {
  if (model === 'Grant') return id;
  return model === 'Interaction' ? null : (grantId ?? null);
}

const PURPOSE = 'oidc-record';
const purpose = (model: string): string => `${PURPOSE}:${model}`;
