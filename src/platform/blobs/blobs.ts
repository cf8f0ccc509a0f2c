import { Injectable } from '@nestjs/common';
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';
import { Clock } from '../clock/clock.js';
import { type BlobId, newId, type RequestContext } from '../context/index.js';
import { AppKeys } from '../crypto/index.js';
import { Database } from '../database/index.js';
import { defineTask, Every, Handles } from '../tasks/index.js';
import { Logger } from '../telemetry/logger.js';
import { BlobStore } from './blob-store.js';

const compress = promisify(deflateRaw);
const expand = promisify<Uint8Array, Buffer>(inflateRaw);
const sealedFor = (id: BlobId): string => `blob:${id}`;

/** A blob that nothing refers to may be one that is about to be referred to. */
const IDLE_SECONDS = 3600;
const BATCH = 500;
const sweepBlobs = defineTask<null>({ name: 'blobs.sweep', lane: 'slow' });

/** What is known of a blob without reading it. */
export interface KeptBlob {
  readonly id: BlobId;
  /** SHA-256 of the content, hexadecimal. */
  readonly digest: string;
}

/**
 * Content by team: equal content of one team is kept once, compressed, sealed under APP_KEY, in a folder or a bucket. A module keeps
 * the id in a column of its own and registers that column; content that no registered column names leaves after an hour.
 */
@Injectable()
export class Blobs {
  private readonly references: { readonly table: string; readonly column: string }[] = [];

  constructor(
    private readonly store: BlobStore,
    private readonly db: Database,
    private readonly keys: AppKeys,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  /** A column that names blobs, at start-up (`onModuleInit`). Names come from our own code. */
  registerReference(table: string, column: string): void {
    this.references.push({ table, column });
  }

  /**
   * Keeps content for the context's team. Called outside a transaction, for a store may be slow; whoever refers to the blob does so
   * within the hour. @throws Error when the store takes nothing
   */
  async keep(ctx: RequestContext, content: Buffer): Promise<KeptBlob> {
    const digest = createHash('sha256').update(content).digest('hex');
    const known = await this.use(ctx, digest);
    if (known) return { id: known, digest };
    const id = newId<BlobId>();
    const stored = this.keys.sealBytes(await compress(content), sealedFor(id));
    // Should we end before the row is written, the sweep finds the name.
    await this.doom(ctx, [id]);
    await this.store.put(id, stored);
    return this.db.transaction(ctx, async (ctx) => {
      const [made] = await this.db.query<{ id: BlobId }>(
        ctx,
        `INSERT INTO blob (id, team_id, digest, size, stored_size, used_at) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (team_id, digest) DO UPDATE SET used_at = $6 RETURNING id`,
        [id, ctx.requireTeam(), digest, content.length, stored.length, this.clock.now()],
      );
      if (made!.id === id) await this.spare(ctx, id);
      return { id: made!.id, digest };
    });
  }

  /** The content of a blob of the context's team. @throws Error when it is gone, or APP_KEY is not the one that sealed it */
  async read(ctx: RequestContext, id: BlobId): Promise<Buffer> {
    const rows = await this.db.query(ctx, `SELECT 1 FROM blob WHERE id = $1 AND team_id = $2`, [id, ctx.requireTeam()]);
    const stored = rows.length ? await this.store.get(id) : undefined;
    if (!stored) throw new Error(`Blob ${id} is not in the store.`);
    return expand(this.keys.openBytes(stored, sealedFor(id)));
  }

  /** Drops every blob of the context's team, which is being erased. In its transaction; the store follows later. */
  async eraseTeam(ctx: RequestContext): Promise<void> {
    const rows = await this.db.query<{ id: BlobId }>(ctx, `DELETE FROM blob WHERE team_id = $1 RETURNING id`, [ctx.requireTeam()]);
    await this.doom(
      ctx,
      rows.map(({ id }) => id),
    );
  }

  @Every(600)
  @Handles(sweepBlobs)
  async sweep(ctx: RequestContext): Promise<void> {
    const before = new Date(this.clock.millis() - IDLE_SECONDS * 1000);
    if (this.references.length) await this.doomIdle(ctx, before);
    for (;;) {
      const rows = await this.db.query<{ id: BlobId }>(ctx, `SELECT id FROM doomed_blob WHERE doomed_at < $1 LIMIT ${BATCH}`, [before]);
      for (const { id } of rows) await this.store.remove(id);
      await this.db.query(ctx, `DELETE FROM doomed_blob WHERE id = ANY($1::uuid[])`, [rows.map(({ id }) => id)]);
      if (rows.length) this.logger.info({ blobs: rows.length }, 'blobs removed');
      if (rows.length < BATCH) return;
    }
  }

  /** Bytes of contents and bytes in the store, of all teams. */
  async volume(ctx: RequestContext): Promise<{ blobs: number; bytes: number; storedBytes: number }> {
    const [row] = await this.db.query<{ blobs: number; bytes: string; stored: string }>(
      ctx,
      `SELECT count(*)::int AS blobs, COALESCE(sum(size), 0) AS bytes, COALESCE(sum(stored_size), 0) AS stored FROM blob`,
    );
    return { blobs: row!.blobs, bytes: Number(row!.bytes), storedBytes: Number(row!.stored) };
  }

  /** A row that is used meanwhile is locked by its user, whose commit this waits for and then sees. */
  private async doomIdle(ctx: RequestContext, before: Date): Promise<void> {
    const unused = this.references.map(({ table, column }) => `NOT EXISTS (SELECT FROM ${table} r WHERE r.${column} = b.id)`).join(' AND ');
    for (;;) {
      const rows = await this.db.query<{ id: BlobId }>(
        ctx,
        `WITH gone AS (DELETE FROM blob WHERE id = ANY(ARRAY(SELECT id FROM blob b WHERE used_at < $1 AND ${unused} LIMIT ${BATCH} FOR UPDATE))
                       AND used_at < $1 RETURNING id)
         INSERT INTO doomed_blob (id, doomed_at) SELECT id, $2 FROM gone ON CONFLICT DO NOTHING RETURNING id`,
        [before, this.clock.now()],
      );
      if (rows.length < BATCH) return;
    }
  }

  /** @throws Error when the store took so long that the sweep may have taken the name meanwhile */
  private async spare(ctx: RequestContext, id: BlobId): Promise<void> {
    const young = new Date(this.clock.millis() - (IDLE_SECONDS * 1000) / 2);
    const rows = await this.db.query(ctx, `DELETE FROM doomed_blob WHERE id = $1 AND doomed_at > $2 RETURNING 1`, [id, young]);
    if (!rows.length) throw new Error(`The store took too long to take blob ${id}.`);
  }

  private async use(ctx: RequestContext, digest: string): Promise<BlobId | undefined> {
    const sql = `UPDATE blob SET used_at = $3 WHERE team_id = $1 AND digest = $2 RETURNING id`;
    const [row] = await this.db.query<{ id: BlobId }>(ctx, sql, [ctx.requireTeam(), digest, this.clock.now()]);
    return row?.id;
  }

  private async doom(ctx: RequestContext, ids: readonly BlobId[]): Promise<void> {
    if (!ids.length) return;
    await this.db.query(
      ctx,
      `INSERT INTO doomed_blob (id, doomed_at) SELECT id, $2 FROM unnest($1::uuid[]) id ON CONFLICT DO NOTHING RETURNING id`,
      [ids, this.clock.now()],
    );
  }
}
