import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import { Settings } from '../../config/index.js';
import { Clock } from '../clock/clock.js';
import { newId, RequestContext, type TeamId, type UserId } from '../context/index.js';
import { AppKeys } from '../crypto/index.js';
import { Database } from '../database/index.js';
import { defineTask, Every, Handles } from '../tasks/index.js';
import { Logger } from '../telemetry/logger.js';
import { type AuditLine, BEGINNING, linked } from './audit-chain.js';
import { AuditPeople } from './audit-people.js';
import { redacted } from './redaction.js';

/** Who did something, from where. */
export interface AuditOrigin {
  readonly ip?: string;
  readonly userAgent?: string;
  readonly page?: string;
}

export interface AuditNote {
  /** `<thing>.<what happened>`. */
  readonly event: string;
  /** As an HTTP answer would have: 200 done, 401 refused. */
  readonly status: number;
  /** Ids and facts; secrets among them are removed. */
  readonly about?: Readonly<Record<string, unknown>>;
  /** Whom it concerns, where the context does not say. */
  readonly who?: { readonly userId?: UserId; readonly teamId?: TeamId };
  readonly origin?: AuditOrigin;
}

interface Waiting {
  readonly line: Omit<AuditLine, 'name' | 'email'>;
  /** The answer need not wait any longer. */
  readonly settle: () => void;
}

const LOCK = 7_241_003;
/** Lines of one statement. */
const BATCH = 500;
/** Lines that wait while the database is away; more would be a memory leak, so the oldest are dropped, with a word in the log. */
const MOST_WAITING = 20_000;
const RETRY_MS = 1000;
const DAY = 86_400_000;

const cutAuditLog = defineTask<null>({ name: 'platform.cut-audit-log', lane: 'slow' });

/**
 * Writes the audit log. Requests that end at the same time share a statement, and their answers wait for it: a change
 * that was answered is in the log. Each line is linked to the one before, over all processes.
 */
@Injectable()
export class AuditTrail implements BeforeApplicationShutdown {
  private readonly system = RequestContext.system('audit');
  private waiting: Waiting[] = [];
  private running: Promise<void> | undefined;

  constructor(
    private readonly db: Database,
    private readonly people: AuditPeople,
    private readonly keys: AppKeys,
    private readonly settings: Settings,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  async beforeApplicationShutdown(): Promise<void> {
    await this.flush();
  }

  /**
   * Notes something that is no request of its own, such as a sign-in. Written soon; it does not hold up the caller and
   * cannot fail it.
   */
  note(ctx: RequestContext, { event, status, about = {}, who = {}, origin = {} }: AuditNote): void {
    void this.add(ctx, { method: 'EVENT', endpoint: event, status, payload: redacted(about), ...who }, origin);
  }

  /** Writes a line; settles when it is on disk, or could not be written (then it is tried again). Never rejects. */
  add(
    ctx: RequestContext,
    line: Pick<AuditLine, 'method' | 'endpoint' | 'status' | 'payload'> & { readonly userId?: UserId; readonly teamId?: TeamId },
    { ip = '', userAgent = '', page = '' }: AuditOrigin = {},
  ): Promise<void> {
    const { actor } = ctx;
    if (this.waiting.length >= MOST_WAITING) {
      this.waiting.shift();
      this.logger.error({}, 'the audit log cannot be written and its oldest waiting line was dropped');
    }
    const whole = {
      ...{ ...line, id: newId(), at: this.clock.now(), actor: actor.kind, requestId: ctx.requestId },
      ...{ teamId: line.teamId ?? ctx.teamId ?? null, userId: line.userId ?? ctx.userId ?? null },
      credential: actor.kind === 'user' ? (actor.sessionId ?? null) : actor.kind === 'api-token' ? actor.credentialId : null,
      ...{ ip, userAgent: userAgent.slice(0, 512), page: page.slice(0, 512) },
    };
    return new Promise((settle) => {
      this.waiting.push({ line: whole, settle });
      void this.flush();
    });
  }

  /** Writes all that waits; one write at a time. */
  flush(): Promise<void> {
    this.running ??= this.writeAll().finally(() => (this.running = undefined));
    return this.running;
  }

  /** Deletes lines beyond their time from the beginning of the log; the last one deleted stays as the anchor. */
  @Every(3600)
  @Handles(cutAuditLog)
  async cut(): Promise<void> {
    const before = new Date(this.clock.millis() - this.settings.AUDIT_RETENTION_DAYS * DAY);
    await this.db.transaction(this.system, async (ctx) => {
      await this.db.query(ctx, `SELECT pg_advisory_xact_lock(${LOCK})`);
      const [last] = await this.db.query<{ seq: string; hash: string }>(
        ctx,
        `SELECT seq, hash FROM audit_event WHERE seq < (SELECT COALESCE(min(seq), (SELECT max(seq) + 1 FROM audit_event)) FROM audit_event WHERE at >= $1) ORDER BY seq DESC LIMIT 1`,
        [before],
      );
      if (!last) return;
      await this.db.query(ctx, `SELECT set_config('rosfleet.audit_retention', 'on', true)`);
      await this.db.query(
        ctx,
        `INSERT INTO audit_anchor (id, seq, hash) VALUES (1, $1, $2) ON CONFLICT (id) DO UPDATE SET seq = EXCLUDED.seq, hash = EXCLUDED.hash`,
        [last.seq, last.hash],
      );
      await this.db.query(ctx, `DELETE FROM audit_event WHERE seq <= $1 RETURNING seq`, [last.seq]);
    });
  }

  private async writeAll(): Promise<void> {
    try {
      while (this.waiting.length) {
        const batch = this.waiting.slice(0, BATCH);
        await this.write(batch.map(({ line }) => line));
        for (const { settle } of this.waiting.splice(0, batch.length)) settle();
      }
    } catch (err) {
      this.logger.error({ err, waiting: this.waiting.length }, 'the audit log cannot be written just now; trying again');
      for (const { settle } of this.waiting) settle(); // the change is made, whether or not we can tell the log by now
      setTimeout(() => void this.flush(), RETRY_MS).unref();
    }
  }

  private async write(batch: readonly Waiting['line'][]): Promise<void> {
    await this.db.transaction(this.system, async (ctx) => {
      await this.db.query(ctx, `SELECT pg_advisory_xact_lock(${LOCK})`);
      const [end] = await this.db.query<{ seq: string; hash: string }>(ctx, LAST);
      const ids = [...new Set(batch.map((line) => line.userId).filter((id) => id !== null))] as UserId[];
      const names = ids.length ? await this.people.names(ctx, ids) : new Map<string, { name: string; email: string }>();
      let seq = BigInt(end?.seq ?? 0);
      let hash = end?.hash ?? BEGINNING;
      const rows = batch.map((waiting) => {
        const person = waiting.userId === null ? undefined : names.get(waiting.userId);
        const line: AuditLine = { ...waiting, name: person?.name ?? null, email: person?.email ?? null };
        hash = linked(this.keys, hash, ++seq, line);
        return { ...line, seq: String(seq), hash };
      });
      await this.db.query(ctx, INSERT, [JSON.stringify(rows)]);
    });
  }
}

/** The end of the log: its last line, or where it was cut off. */
const LAST = `SELECT seq, hash FROM (SELECT seq, hash FROM audit_event ORDER BY seq DESC LIMIT 1) e
  UNION ALL SELECT seq, hash FROM audit_anchor ORDER BY seq DESC LIMIT 1`;
const INSERT = `INSERT INTO audit_event (seq, id, at, team_id, actor, user_id, name, email, credential, method, endpoint, status, ip, user_agent, page, payload, request_id, hash)
  SELECT seq, id, at, "teamId", actor, "userId", name, email, credential, method, endpoint, status, ip, "userAgent", page, payload, "requestId", hash
  FROM jsonb_to_recordset($1::jsonb) AS r(seq bigint, id uuid, at timestamptz, "teamId" uuid, actor text, "userId" uuid, name text, email text, credential text,
    method text, endpoint text, status smallint, ip text, "userAgent" text, page text, payload text, "requestId" text, hash text)`;
