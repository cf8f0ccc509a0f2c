import { createParamDecorator, type ExecutionContext, Injectable, applyDecorators } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { Answers } from '../../platform/access/index.js';
import { Clock } from '../../platform/clock/clock.js';
import { newId, type RequestContext, type SiteId } from '../../platform/context/index.js';
import { AppKeys } from '../../platform/crypto/index.js';
import { AcrossTeams, Database, TeamRepository } from '../../platform/database/index.js';
import { ValidationFailed } from '../../platform/errors/index.js';
import { IdempotencyKeyReused, RequestInProgress } from './errors.js';
import { IdempotentRequest } from './idempotent-request.entity.js';

/** How long a key is remembered. */
const KEPT_MS = 24 * 3_600_000;
/** Whoever has not ended after this time has died. */
const LONGEST_MS = 60_000;
const PURPOSE = 'idempotency';
const HEADERS = ['idempotency-key', 'x-idempotency-key'] as const;
const KEY = /^[\x21-\x7e]{1,255}$/;

/**
 * The operation makes something once for each key. As draft-ietf-httpapi-idempotency-key-header says: 422 for another content
 * under the same key, 409 while the first request runs.
 */
export const Idempotent = (): MethodDecorator =>
  applyDecorators(
    ApiHeader({
      name: 'Idempotency-Key',
      required: false,
      schema: { type: 'string', minLength: 1, maxLength: 255 },
      description:
        'Repeating the request with the same key within a day makes nothing new and answers what the first one made. X-Idempotency-Key is read too.',
    }),
    Answers(IdempotencyKeyReused, RequestInProgress, ValidationFailed),
  );

/** The key of a request, if it has one. @throws ValidationFailed */
export const IdempotencyKey = createParamDecorator((_: unknown, host: ExecutionContext): string | undefined =>
  readKey(host.switchToHttp().getRequest<FastifyRequest>().headers),
);

/** @throws ValidationFailed */
export function readKey(headers: Readonly<Record<string, string | string[] | undefined>>): string | undefined {
  const given = HEADERS.map((name) => headers[name]).filter((value) => value !== undefined);
  if (!given.length) return undefined;
  // The draft makes it a string of RFC 8941, in quotes; most clients send it bare.
  const [key, ...others] = given.map((value) => String(value).replace(/^"(.*)"$/, '$1'));
  const refuse = (why: string): never => {
    throw new ValidationFailed({ 'Idempotency-Key': [`Idempotency-Key ${why}`] });
  };
  if (others.some((other) => other !== key)) refuse('and X-Idempotency-Key differ; send one of them');
  if (!KEY.test(key!)) refuse('must have 1 to 255 visible ASCII characters, best a UUID');
  return key;
}

@Injectable()
export class IdempotentRequestsRepository extends TeamRepository<IdempotentRequest> {
  constructor(db: Database) {
    super(db, IdempotentRequest);
  }

  /** Takes the key for this row. Answers false when another request has it; waits for one whose transaction runs. */
  async reserve(ctx: RequestContext, row: IdempotentRequest, stale: { forgotten: Date; died: Date }): Promise<boolean> {
    const { id, teamId, siteId, operation, key, fingerprint, createdAt } = row;
    const rows = await this.db.query(
      ctx,
      `INSERT INTO idempotent_request AS r (id, team_id, site_id, operation, key, fingerprint, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
       ON CONFLICT (site_id, operation, key) DO UPDATE SET id = EXCLUDED.id, fingerprint = EXCLUDED.fingerprint, resource_id = NULL, created_at = EXCLUDED.created_at
         WHERE r.created_at <= $8 OR (r.resource_id IS NULL AND r.created_at <= $9) RETURNING id`,
      [id, teamId, siteId, operation, key, fingerprint, createdAt, stale.forgotten, stale.died],
    );
    return rows.length === 1;
  }

  find(ctx: RequestContext, siteId: SiteId, operation: string, key: string): Promise<IdempotentRequest | null> {
    return this.rows(ctx).andWhere('e.siteId = :siteId AND e.operation = :operation AND e.key = :key', { siteId, operation, key }).getOne();
  }
}

/** Keys of every team, for the sweep. */
@Injectable()
export class IdempotentRequestsAcrossTeams extends AcrossTeams<IdempotentRequest> {
  constructor(
    db: Database,
    private readonly clock: Clock,
  ) {
    super(db, IdempotentRequest);
  }

  async forget(ctx: RequestContext): Promise<void> {
    const before = new Date(this.clock.millis() - KEPT_MS);
    await this.db.query(this.checked(ctx), `DELETE FROM idempotent_request WHERE created_at <= $1 RETURNING 1`, [before]);
  }
}

export interface OnceOnly {
  readonly siteId: SiteId;
  /** What keys of one operation are told apart from those of another by. */
  readonly operation: string;
  /** Without one the request stands for itself. */
  readonly key: string | undefined;
  /** What the request asks for: its fields in an order of ours. */
  readonly content: object;
}

/** Makes things once for each key that callers choose. */
@Injectable()
export class Idempotency {
  constructor(
    private readonly requests: IdempotentRequestsRepository,
    private readonly keys: AppKeys,
    private readonly clock: Clock,
  ) {}

  /**
   * The id of what `make` made, now or under the same key before. In a transaction both are one: a process that dies leaves
   * nothing. Without one a key whose process died is free again after a minute.
   * @throws IdempotencyKeyReused, RequestInProgress, and whatever `make` throws, after which the key is free
   */
  async once(ctx: RequestContext, { siteId, operation, key, content }: OnceOnly, make: () => Promise<string>): Promise<string> {
    if (key === undefined) return make();
    const text = JSON.stringify(content);
    const now = this.clock.now();
    const row: IdempotentRequest = {
      ...{ id: newId<string>(), teamId: ctx.requireTeam(), siteId, operation, key, resourceId: null, createdAt: now },
      fingerprint: this.keys.mac(text, PURPOSE),
    };
    const stale = { forgotten: new Date(now.getTime() - KEPT_MS), died: new Date(now.getTime() - LONGEST_MS) };
    if (!(await this.requests.reserve(ctx, row, stale))) return this.first(ctx, row, text);
    try {
      const resourceId = await make();
      await this.requests.change(ctx, row.id, { resourceId });
      return resourceId;
    } catch (error) {
      if (!ctx.transaction) await this.requests.remove(ctx, row.id); // a transaction takes it back by itself
      throw error;
    }
  }

  private async first(ctx: RequestContext, { siteId, operation, key }: IdempotentRequest, text: string): Promise<string> {
    const first = await this.requests.find(ctx, siteId, operation, key);
    if (!first) throw new RequestInProgress(); // it failed a moment ago: the next try is the first one
    if (!this.keys.macMatches(first.fingerprint, text, PURPOSE)) throw new IdempotencyKeyReused();
    if (first.resourceId === null) throw new RequestInProgress();
    return first.resourceId;
  }
}
