import { Injectable } from '@nestjs/common';
import { Clock } from '../clock/clock.js';
import { newId, type RequestContext } from '../context/index.js';
import { AppKeys, Random } from '../crypto/index.js';
import { Database, TeamRepository } from '../database/index.js';
import { WebhookSecret } from './webhook-secret.entity.js';
import { SECRET_PREFIX } from './webhook-signature.js';

const KEY_BYTES = 32;
/** How long the secret before signs too, so that receivers can be given the new one one after the other. */
const OVERLAP_MS = 24 * 3_600_000;

export interface TeamSecret {
  readonly secret: string;
  readonly createdAt: Date;
  /** The one before, while it is good. */
  readonly previous: { readonly secret: string; readonly until: Date } | null;
}

@Injectable()
export class WebhookSecretsRepository extends TeamRepository<WebhookSecret> {
  constructor(db: Database) {
    super(db, WebhookSecret);
  }

  ofTeam(ctx: RequestContext, lock = false): Promise<WebhookSecret | null> {
    const query = this.rows(ctx);
    return (lock ? query.setLock('pessimistic_write') : query).getOne();
  }

  /** The row of the team, made now or by somebody else at the same time. */
  async insertOnce(ctx: RequestContext, row: WebhookSecret): Promise<void> {
    await this.db.manager(ctx).createQueryBuilder().insert().into(WebhookSecret).values(row).orIgnore().execute();
  }

  async removeAll(ctx: RequestContext): Promise<void> {
    await this.db.query(ctx, `DELETE FROM webhook_secret WHERE team_id = $1 RETURNING id`, [ctx.requireTeam()]);
  }
}

/** The secret by which a team's webhooks are signed: made at its first use, changed for another on request. */
@Injectable()
export class WebhookSecrets {
  constructor(
    private readonly rows: WebhookSecretsRepository,
    private readonly db: Database,
    private readonly keys: AppKeys,
    private readonly random: Random,
    private readonly clock: Clock,
  ) {}

  /** That of the context's team. */
  async current(ctx: RequestContext): Promise<TeamSecret> {
    return this.opened((await this.rows.ofTeam(ctx)) ?? (await this.made(ctx)));
  }

  /** A new secret; the one before signs too for a day, the one before that no longer. */
  rotate(ctx: RequestContext): Promise<TeamSecret> {
    return this.db.transaction(ctx, async (ctx) => {
      const row = (await this.rows.ofTeam(ctx, true)) ?? (await this.made(ctx));
      const now = this.clock.now();
      const changes = {
        ...{ sealed: this.newSecret(row.id), createdAt: now },
        ...{ previousSealed: row.sealed, previousUntil: new Date(now.getTime() + OVERLAP_MS) },
      };
      await this.rows.change(ctx, row.id, changes);
      return this.opened({ ...row, ...changes });
    });
  }

  private async made(ctx: RequestContext): Promise<WebhookSecret> {
    const id = newId<string>();
    await this.rows.insertOnce(ctx, {
      ...{ id, teamId: ctx.requireTeam(), sealed: this.newSecret(id) },
      ...{ previousSealed: null, previousUntil: null, createdAt: this.clock.now() },
    });
    return (await this.rows.ofTeam(ctx))!;
  }

  private newSecret(id: string): string {
    return this.keys.seal(SECRET_PREFIX + this.random.bytes(KEY_BYTES).toString('base64'), purpose(id));
  }

  private opened({ id, sealed, previousSealed, previousUntil, createdAt }: WebhookSecret): TeamSecret {
    const isGood = previousSealed !== null && previousUntil !== null && previousUntil > this.clock.now();
    const previous = isGood ? { secret: this.keys.open(previousSealed, purpose(id)), until: previousUntil } : null;
    return { secret: this.keys.open(sealed, purpose(id)), createdAt, previous };
  }
}

/** Binds a sealed secret to its row. */
const purpose = (id: string): string => `webhook-secret:${id}`;
