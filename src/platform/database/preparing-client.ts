import pg from 'pg';
import { STALE_PLAN, sqlState } from './sql-state.js';

/** How often a connection is asked a statement before it prepares it: what comes once needs no place in memory. */
const ASKED_BEFORE = 3;
/** Most statements that a connection prepares; PostgreSQL keeps some ten kilobytes for each. */
const MOST_PREPARED = 200;
/** Most texts that are counted, so that lists of every length in `IN (…)` do not fill the memory. */
const MOST_COUNTED = 1000;

type Query = (...args: unknown[]) => Promise<unknown>;

/**
 * A connection of the pool that prepares what it is asked again and again. PostgreSQL then reads such a statement once and,
 * after some runs, plans it once, which for short statements under row-level security is most of their cost.
 * Statements without values (BEGIN, migrations) are left as they are.
 */
export class PreparingClient extends pg.Client {
  private readonly asked = new Map<string, number>();
  private readonly prepared = new Map<string, string>();
  private named = 0;

  // Other forms of pg (streams, callbacks) pass through; TypeORM and Database send text and values.
  override query(...args: unknown[]): never {
    const [text, values] = args;
    const query = super.query.bind(this) as Query;
    const name = args.length === 2 && typeof text === 'string' && Array.isArray(values) && values.length ? this.nameOf(text) : undefined;
    return (name === undefined ? query(...args) : this.run(query, { name, text: text as string, values: values as unknown[] })) as never;
  }

  /**
   * A newer version of rosfleet that migrates a shared database can change what a prepared statement answers: it is forgotten
   * then. Alone it runs again at once; a transaction is void, and `Database.transaction` runs it again.
   */
  private async run(query: Query, statement: { name: string; text: string; values: unknown[] }): Promise<unknown> {
    try {
      return await query(statement);
    } catch (error) {
      if (sqlState(error) !== STALE_PLAN) throw error;
      this.prepared.delete(statement.text);
      if (this.getTransactionStatus() !== 'I') throw error;
      return query(statement.text, statement.values);
    }
  }

  private nameOf(text: string): string | undefined {
    const known = this.prepared.get(text);
    if (known !== undefined || this.prepared.size >= MOST_PREPARED) return known;
    const asked = (this.asked.get(text) ?? 0) + 1;
    if (asked <= ASKED_BEFORE) {
      if (this.asked.size >= MOST_COUNTED) this.asked.clear();
      this.asked.set(text, asked);
      return undefined;
    }
    this.asked.delete(text);
    const name = `rosfleet_${this.named++}`;
    this.prepared.set(text, name);
    return name;
  }
}
