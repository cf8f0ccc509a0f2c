import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Settings } from '../../config/index.js';
import { Clock } from '../../platform/clock/clock.js';
import { RequestContext } from '../../platform/context/index.js';
import { Database, protectTable } from '../../platform/database/index.js';
import { defineTask, Every, Handles } from '../../platform/tasks/index.js';
import { Logger } from '../../platform/telemetry/logger.js';
import { allowErasure } from './orchestration-log.js';

const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;
/** Monday, 5 January 1970, 0:00 UTC: weeks are counted from here. */
const FIRST_MONDAY_MS = 4 * DAY_MS;
/** Weeks made beside the running one: a server that cannot make them for so long writes to the default partition. */
const WEEKS_AHEAD = 2;
const LOCK = 7_241_021;
const TABLE = 'orchestration_event';
const keepPartitions = defineTask<null>({ name: 'fleet.keep-log-partitions', lane: 'slow' });

/**
 * Weeks of the orchestration log: made ahead, dropped whole once every event in them is older than ORCHESTRATION_LOG_DAYS.
 * What belongs to no week that is there goes to the default partition, so a write never fails for want of one; a week whose
 * events began to land there stays there, and is deleted row by row.
 */
@Injectable()
export class LogPartitions implements OnApplicationBootstrap {
  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
    private readonly settings: Settings,
    private readonly logger: Logger,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    try {
      await this.make(RequestContext.system('make-log-partitions'));
    } catch (err) {
      this.logger.warn({ err }, 'weeks of the orchestration log could not be made; its events go to the default partition');
    }
  }

  @Every(3600)
  @Handles(keepPartitions)
  async keep(ctx: RequestContext): Promise<void> {
    await this.make(ctx);
    await this.drop(ctx);
  }

  private async make(ctx: RequestContext): Promise<void> {
    const running = weekOf(this.clock.millis());
    for (let ahead = 0; ahead <= WEEKS_AHEAD; ahead++) await this.makeWeek(ctx, running + ahead * WEEK_MS);
  }

  /** One short transaction a week. The parent stays open for reading and writing; only the default partition is locked. */
  private makeWeek(ctx: RequestContext, from: number): Promise<void> {
    const table = nameOf(from);
    const bounds = [new Date(from).toISOString(), new Date(from + WEEK_MS).toISOString()] as const;
    return this.alone(ctx, async (ctx) => {
      if ((await this.weeks(ctx)).has(from)) return;
      const [taken] = await this.db.query(ctx, `SELECT FROM ${TABLE}_default WHERE at >= $1 AND at < $2 LIMIT 1`, [...bounds]);
      if (taken) return;
      // Names and bounds are made of numbers here; DDL takes no parameters.
      await this.db.query(ctx, `CREATE TABLE ${table} (LIKE ${TABLE} INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING STORAGE)`);
      await this.db.query(ctx, `ALTER TABLE ${TABLE} ATTACH PARTITION ${table} FOR VALUES FROM ('${bounds[0]}') TO ('${bounds[1]}')`);
      await this.db.query(
        ctx,
        `CREATE TRIGGER never_truncated BEFORE TRUNCATE ON ${table} FOR EACH STATEMENT EXECUTE FUNCTION rosfleet_orchestration_guard()`,
      );
      for (const statement of protectTable(table)) await this.db.query(ctx, statement);
    });
  }

  private async drop(ctx: RequestContext): Promise<void> {
    const before = this.clock.millis() - this.settings.ORCHESTRATION_LOG_DAYS * DAY_MS;
    for (const from of await this.weeks(ctx)) {
      if (from + WEEK_MS > before) continue;
      await this.alone(ctx, (ctx) => this.db.query(ctx, `DROP TABLE IF EXISTS ${nameOf(from)}`));
    }
    await this.db.transaction(ctx, async (ctx) => {
      await allowErasure(this.db, ctx);
      await this.db.query(ctx, `DELETE FROM ${TABLE}_default WHERE at < $1`, [new Date(before)]);
    });
  }

  /** When each week begins that has a partition. Unix time, ms. */
  private async weeks(ctx: RequestContext): Promise<Set<number>> {
    const rows = await this.db.query<{ name: string }>(
      ctx,
      `SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = $1::regclass`,
      [TABLE],
    );
    const days = rows.map(({ name }) => /_(\d{4})(\d\d)(\d\d)$/.exec(name)).filter((match) => match !== null);
    return new Set(days.map(([, year, month, day]) => Date.UTC(Number(year), Number(month) - 1, Number(day))));
  }

  /** One process at a time, and nobody waits behind us for long: what finds no lock in two seconds is tried again in an hour. */
  private alone<T>(ctx: RequestContext, work: (ctx: RequestContext) => Promise<T>): Promise<T> {
    return this.db.transaction(ctx, async (ctx) => {
      await this.db.query(ctx, `SELECT set_config('lock_timeout', '2s', true)`);
      await this.db.query(ctx, `SELECT pg_advisory_xact_lock(${LOCK})`);
      return work(ctx);
    });
  }
}

const weekOf = (ms: number): number => Math.floor((ms - FIRST_MONDAY_MS) / WEEK_MS) * WEEK_MS + FIRST_MONDAY_MS;

const nameOf = (from: number): string => `${TABLE}_${new Date(from).toISOString().slice(0, 10).replaceAll('-', '')}`;
