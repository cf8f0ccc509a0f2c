import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type pg from 'pg';
import { Database } from '../../../platform/database/index.js';
import { Logger } from '../../../platform/telemetry/logger.js';

/** The channel that triggers of the identity tables notify, with the table's name (see the migrations). */
const CHANNEL = 'rosfleet_access';
const RECONNECT_MS = 1000;
const MOST_ENTRIES = 50_000;

/**
 * Remembers what credentials may do until anything of identity changes. Triggers in the database tell every process
 * of each committed change; while that line is down nothing is remembered, so a permission change always acts on the
 * next request.
 */
@Injectable()
export class PermissionCache<V> implements OnApplicationBootstrap, OnApplicationShutdown {
  private entries = new Map<string, V>();
  private listener: pg.Client | undefined;
  private generation = 0;
  private stopped = false;
  private readonly watchers: { readonly table: string; readonly callback: () => void }[] = [];

  constructor(
    private readonly db: Database,
    private readonly logger: Logger,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.listen();
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopped = true;
    await this.listener?.end().catch(() => undefined);
  }

  /**
   * The remembered value, or the one that `load` finds. A change that lands while `load` runs is not overwritten by it.
   * @param worth whether a found value is to be remembered
   */
  async get(key: string, load: () => Promise<V>, worth: (value: V) => boolean = () => true): Promise<V> {
    const known = this.entries.get(key);
    if (known !== undefined) return known;
    const { generation } = this;
    const value = await load();
    if (this.listener && generation === this.generation && worth(value)) {
      if (this.entries.size >= MOST_ENTRIES) this.entries.clear();
      this.entries.set(key, value);
    }
    return value;
  }

  /** Forgets everything, at once in this process. */
  clear(): void {
    this.generation++;
    this.entries.clear();
  }

  /**
   * Runs `callback` whenever rows of `table` have changed in the database, in whichever process; and when the line to it
   * is there again, as they may have changed meanwhile.
   * @param table one with the trigger `access_changed`
   */
  watch(table: string, callback: () => void): void {
    this.watchers.push({ table, callback });
  }

  private async listen(): Promise<void> {
    const client = this.db.dedicatedClient('rosfleet-access');
    const lost = (): void => this.lost(client);
    client.on('notification', ({ payload }) => {
      this.clear();
      for (const { table, callback } of this.watchers) if (table === payload) callback();
    });
    client.on('error', lost);
    client.on('end', lost);
    try {
      await client.connect();
      await client.query(`LISTEN ${CHANNEL}`);
      this.clear();
      this.listener = client;
      for (const { callback } of this.watchers) callback();
    } catch (err) {
      this.logger.warn({ err }, 'cannot listen for permission changes; asking the database each time');
      this.retry();
    }
  }

  private lost(client: pg.Client): void {
    if (this.listener !== client) return;
    this.listener = undefined;
    this.clear();
    void client.end().catch(() => undefined);
    this.retry();
  }

  private retry(): void {
    if (!this.stopped) setTimeout(() => void (this.stopped || this.listen()), RECONNECT_MS).unref();
  }
}
