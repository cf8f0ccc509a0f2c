import { Injectable } from '@nestjs/common';
import pg from 'pg';
import { DataSource, type EntityManager, type QueryRunner } from 'typeorm';
import type { PostgresDataSourceOptions } from 'typeorm/driver/postgres/PostgresDataSourceOptions.js';
import type { RequestContext, Transaction } from '../context/index.js';
import { Random } from '../crypto/random.js';
import { SharedReads } from './shared-reads.js';
import { STALE_PLAN, sqlState } from './sql-state.js';

/** Serialization failure and deadlock, where PostgreSQL asks to run the whole work again; and a statement prepared for a table as it was. */
const RERUN = new Set(['40001', '40P01', STALE_PLAN]);
const MAX_RUNS = 5;

/**
 * A column that lets the rest of its transaction commit without waiting for the disk: what commits so survives kill -9 of us, and may
 * be lost when the machine of the database fails within the next second. For what is repeated without harm.
 */
export const UNHURRIED = `set_config('synchronous_commit', 'off', true)`;

/**
 * A column of the statement that writes rows: which state of them that is, as `xmin::text` will say when they are read. Whoever changes
 * them later can say so which state is meant.
 */
export const AS_WRITTEN = `pg_current_xact_id()::xid::text AS "asRead"`;

export class TransactionRequired extends Error {
  constructor() {
    super('Rows are written inside Database.transaction(ctx, …) only.');
  }
}

/**
 * The way to PostgreSQL. Every statement runs on a connection that carries the context's team in the setting
 * `rosfleet.team`, which row-level security checks; `*` stands for work across teams, empty for none.
 */
@Injectable()
export class Database {
  /** The setting each pooled connection carries now, so that it is sent only when it changes. */
  private readonly carried = new WeakMap<object, string>();
  private readonly lists = new SharedReads<string>();

  constructor(
    readonly dataSource: DataSource,
    private readonly random: Random,
  ) {}

  /**
   * Runs `work` in a transaction whose context shadows the caller's; a context that is in one already joins it.
   * Work that PostgreSQL refuses for what others do at the same time is run again as a whole, so it must have
   * no effect outside the database. After-commit callbacks run in order once the commit is certain.
   */
  async transaction<T>(ctx: RequestContext, work: (ctx: RequestContext) => Promise<T>): Promise<T> {
    if (ctx.transaction) return work(ctx);
    for (let run = 1; ; run++) {
      try {
        return await this.runOnce(ctx, work);
      } catch (error) {
        if (run >= MAX_RUNS || !RERUN.has(sqlState(error))) throw error;
        await new Promise((resolve) => setTimeout(resolve, this.random.fraction() * 20 * 2 ** run));
      }
    }
  }

  /** A connection of its own, outside the pool: for LISTEN. Not connected yet. */
  dedicatedClient(name: string): pg.Client {
    const { url } = this.dataSource.options as PostgresDataSourceOptions;
    return new pg.Client({ connectionString: url, application_name: name, keepAlive: true });
  }

  private runOnce<T>(ctx: RequestContext, work: (ctx: RequestContext) => Promise<T>): Promise<T> {
    return this.borrow(scopeOf(ctx), async (runner) => {
      const transaction: Transaction = { manager: runner.manager, afterCommit: [] };
      try {
        await runner.startTransaction();
        const result = await work(ctx.within(transaction));
        await runner.commitTransaction();
        for (const callback of transaction.afterCommit) callback();
        return result;
      } catch (error) {
        if (runner.isTransactionActive) await runner.rollbackTransaction().catch(() => undefined);
        throw error;
      }
    });
  }

  /** The manager of the context's transaction, or one for single reads whose every statement is led to the right team. */
  manager(ctx: RequestContext): EntityManager {
    return ctx.transaction?.manager ?? this.reader(scopeOf(ctx)).manager;
  }

  /** One SQL statement in the context's transaction, or alone. */
  async query<Row>(ctx: RequestContext, sql: string, parameters: unknown[] = []): Promise<Row[]> {
    const joined = ctx.transaction?.manager;
    const result: unknown = await (joined
      ? joined.query(sql, parameters)
      : this.borrow(scopeOf(ctx), (runner) => runner.query(sql, parameters)));
    return rowsOf<Row>(result);
  }

  /**
   * A list as JSON text, made by PostgreSQL: for lists that are asked for all the time, where making objects of rows and
   * text of objects costs more than the query. The statement is prepared once a connection, and requests of one team that
   * come at the same time share one run of it.
   * @param name of the prepared statement: one for each text
   * @param sql selects one row an element, with the columns named like the fields; its answer may depend on the context's
   *   team and on `values` only
   */
  jsonList(ctx: RequestContext, name: string, sql: string, values: unknown[]): Promise<string> {
    const read = (): Promise<string> => this.readJsonList(ctx, name, sql, values);
    return ctx.transaction ? read() : this.lists.get(JSON.stringify([scopeOf(ctx), name, values]), read);
  }

  private readJsonList(ctx: RequestContext, name: string, sql: string, values: unknown[]): Promise<string> {
    const text = `SELECT COALESCE(json_agg(r), '[]')::text AS list FROM (${sql}) r`;
    const read = async (runner: QueryRunner): Promise<string> => {
      const connection = (await runner.connect()) as pg.PoolClient;
      this.dataSource.logger.logQuery(text, values, runner);
      const { rows } = await connection.query<{ list: string }>({ name, text, values });
      return rows[0]!.list;
    };
    const joined = ctx.transaction?.manager.queryRunner;
    return joined ? read(joined) : this.borrow(scopeOf(ctx), read);
  }

  /** Runs `callback` after the commit of the context's transaction, or at once when there is none. */
  afterCommit(ctx: RequestContext, callback: () => void): void {
    if (ctx.transaction) ctx.transaction.afterCommit.push(callback);
    else callback();
  }

  /**
   * A query runner without a connection of its own: each statement borrows one, tells it the team and gives it back.
   * It refuses transactions, so that half of a write can never land on another connection.
   */
  private reader(scope: string): QueryRunner {
    const runner = this.dataSource.createQueryRunner();
    runner.query = ((sql: string, parameters?: unknown[], structured?: boolean): Promise<unknown> =>
      this.borrow(scope, (lease) => lease.query(sql, parameters, structured as true))) as QueryRunner['query'];
    runner.startTransaction = (): Promise<void> => Promise.reject(new TransactionRequired());
    return runner;
  }

  /** Lends a connection that carries `scope` for as long as `work` takes. */
  private async borrow<T>(scope: string, work: (runner: QueryRunner) => Promise<T>): Promise<T> {
    this.prefer(scope);
    const runner = this.dataSource.createQueryRunner();
    try {
      await this.carry(runner, scope);
      return await work(runner);
    } finally {
      await runner.release();
    }
  }

  /**
   * Puts an idle connection that carries `scope` already to the end of pg-pool's list, where the pool takes the next one from: work of
   * one team and work across teams alternate all the time. Should the pool not have that list any more, a connection is told the team.
   */
  private prefer(scope: string): void {
    const { master } = this.dataSource.driver as unknown as { master?: { _idle?: { client: object }[] } };
    const idle = master?._idle;
    if (!Array.isArray(idle)) return;
    const at = idle.findLastIndex(({ client }) => this.carried.get(client) === scope);
    if (at >= 0) idle.push(...idle.splice(at, 1));
  }

  private async carry(runner: QueryRunner, scope: string): Promise<void> {
    const connection = (await runner.connect()) as { query(sql: string, values: unknown[]): Promise<unknown> };
    if (this.carried.get(connection) === scope) return;
    await connection.query(`SELECT set_config('rosfleet.team', $1, false)`, [scope]);
    this.carried.set(connection, scope);
  }
}

const scopeOf = (ctx: RequestContext): string => ctx.teamId ?? (ctx.seesAllTeams ? '*' : '');

/** TypeORM answers `[rows, count]` for UPDATE and DELETE and bare rows for everything else. */
function rowsOf<Row>(result: unknown): Row[] {
  const list = result as unknown[];
  return (list.length === 2 && Array.isArray(list[0]) && typeof list[1] === 'number' ? list[0] : list) as Row[];
}
