import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { openDatabase, type OpenDatabase } from '../../../test/support/postgres.js';
import { RecordingLogger } from '../../../test/support/recording-logger.js';
import { FrozenClock } from '../clock/clock.js';
import { type BlobId, newId, RequestContext, type TeamId } from '../context/index.js';
import { AppKeys } from '../crypto/index.js';
import './entities.js';
import { BlobStore } from './blob-store.js';
import { Blobs } from './blobs.js';

const system = RequestContext.system('test');
const OLD = '11'.repeat(32);
const NEW = '22'.repeat(32);

/** A store in memory whose steps a test can hold up. */
class MemoryStore extends BlobStore {
  readonly kind = 'memory';
  readonly blobs = new Map<string, Buffer>();
  before: (step: 'put' | 'get' | 'remove', name: string) => Promise<void> | void = () => undefined;

  async put(name: string, bytes: Buffer): Promise<void> {
    await this.before('put', name);
    this.blobs.set(name, bytes);
  }
  async get(name: string): Promise<Buffer | undefined> {
    await this.before('get', name);
    return this.blobs.get(name);
  }
  async remove(name: string): Promise<void> {
    await this.before('remove', name);
    this.blobs.delete(name);
  }
  async check(): Promise<void> {}
}

describe('blobs', () => {
  let database: OpenDatabase;
  let clock: FrozenClock;
  let store: MemoryStore;
  let blobs: Blobs;
  let ctx: RequestContext;

  beforeAll(async () => {
    database = await openDatabase({ poolSize: 20 });
    await database.db.query(system, `CREATE TABLE note (blob_id uuid NOT NULL)`);
  }, 60_000);
  afterAll(() => database.close());
  beforeEach(async () => {
    for (const table of ['blob', 'doomed_blob', 'note']) await database.db.query(system, `DELETE FROM ${table}`);
    clock = new FrozenClock();
    store = new MemoryStore();
    blobs = withKeys(OLD);
    ctx = system.forTeam(newId<TeamId>());
  });
  const withKeys = (current: string, previous?: string): Blobs => {
    const made = new Blobs(store, database.db, new AppKeys(current, previous), clock, new RecordingLogger());
    made.registerReference('note', 'blob_id');
    return made;
  };
  const refer = (id: BlobId): Promise<unknown> => database.db.query(system, `INSERT INTO note VALUES ($1)`, [id]);
  const rows = async (table: string): Promise<number> =>
    (await database.db.query<{ n: number }>(system, `SELECT count(*)::int AS n FROM ${table}`))[0]!.n;
  const turn = (seconds: number): void => clock.advance(seconds * 1000);
  /** What nothing refers to is doomed, and an hour later removed. */
  const sweeps = async (): Promise<void> => {
    for (let i = 0; i < 2; i++) {
      turn(3601);
      await blobs.sweep(system);
    }
  };

  it.each([0, 1, 100_000, 3_000_000])('give back %d bytes as they were, and hold them compressed and sealed', async (size) => {
    const content = Buffer.alloc(size, 'add address=192.0.2.1\n');
    const { id, digest } = await blobs.keep(ctx, content);
    expect((await blobs.read(ctx, id)).equals(content)).toBe(true);
    expect(digest).toMatch(/^[0-9a-f]{64}$/);
    const stored = store.blobs.get(id)!;
    expect(stored.includes('192.0.2.1')).toBe(false);
    expect(stored.length).toBeLessThan(Math.max(100, size / 50));
    expect(await blobs.volume(system)).toEqual({ blobs: 1, bytes: size, storedBytes: stored.length });
  });

  it('keep the same content once for a team, and apart for another', async () => {
    const content = Buffer.from('the same');
    const ids = await Promise.all(Array.from({ length: 12 }, async () => (await blobs.keep(ctx, content)).id));
    expect(new Set(ids).size).toBe(1);
    const other = system.forTeam(newId<TeamId>());
    const { id } = await blobs.keep(other, content);
    expect(id).not.toBe(ids[0]);
    await expect(blobs.read(other, ids[0]!)).rejects.toThrow('not in the store');
    await Promise.all([refer(id), refer(ids[0]!)]);
    await sweeps();
    expect([store.blobs.size, await rows('blob'), await rows('doomed_blob')]).toEqual([2, 2, 0]);
  });

  it('stay while something refers to them, and leave an hour after nothing does', async () => {
    const [used, unused] = [await blobs.keep(ctx, Buffer.from('used')), await blobs.keep(ctx, Buffer.from('unused'))];
    await refer(used.id);
    turn(3500);
    await blobs.sweep(system);
    expect(store.blobs.size).toBe(2);
    await sweeps();
    expect([...store.blobs.keys()]).toEqual([used.id]);
    await expect(blobs.read(ctx, unused.id)).rejects.toThrow('not in the store');
    expect([await rows('blob'), await rows('doomed_blob')]).toEqual([1, 0]);
    const again = await blobs.keep(ctx, Buffer.from('unused'));
    expect(again.id).not.toBe(unused.id);
    expect(String(await blobs.read(ctx, again.id))).toBe('unused');
  });

  it('are not removed where nobody has said what refers to them', async () => {
    const { id } = await new Blobs(store, database.db, new AppKeys(OLD), clock, new RecordingLogger()).keep(ctx, Buffer.from('x'));
    turn(10_000);
    await new Blobs(store, database.db, new AppKeys(OLD), clock, new RecordingLogger()).sweep(system);
    expect(String(await blobs.read(ctx, id))).toBe('x');
  });

  it('are never removed while they are being used', async () => {
    const contents = Array.from({ length: 8 }, (_, i) => Buffer.from(`content ${i}`));
    for (let round = 0; round < 25; round++) {
      turn(3601); // all are old enough to go
      const used = contents.filter((_, i) => (i + round) % 2 === 0);
      const [kept] = await Promise.all([
        Promise.all(
          used.map(async (content) => {
            const { id } = await blobs.keep(ctx, content);
            await refer(id);
            return { id, content };
          }),
        ),
        blobs.sweep(system),
        blobs.sweep(system),
      ]);
      for (const { id, content } of kept) expect((await blobs.read(ctx, id)).equals(content)).toBe(true);
      await database.db.query(system, `DELETE FROM note`);
    }
    await sweeps();
    expect([store.blobs.size, await rows('blob'), await rows('doomed_blob')]).toEqual([0, 0, 0]);
  }, 60_000);

  it('leave nothing behind when the process ends between the store and the row', async () => {
    store.before = (step, name) => {
      if (step === 'put') store.blobs.set(name, Buffer.from('half')); // and then kill -9
      if (step === 'put') throw new Error('the process ends');
    };
    await expect(blobs.keep(ctx, Buffer.from('x'))).rejects.toThrow('the process ends');
    store.before = () => undefined;
    expect([store.blobs.size, await rows('blob')]).toEqual([1, 0]);
    await sweeps();
    expect([store.blobs.size, await rows('doomed_blob')]).toEqual([0, 0]);
  });

  it('are refused rather than lost when the store takes longer than the sweep waits', async () => {
    store.before = async (step) => {
      if (step !== 'put') return;
      turn(3601);
      await blobs.sweep(system);
    };
    await expect(blobs.keep(ctx, Buffer.from('slow'))).rejects.toThrow('too long');
    store.before = () => undefined;
    expect(await rows('blob')).toBe(0);
    const { id } = await blobs.keep(ctx, Buffer.from('slow'));
    expect(String(await blobs.read(ctx, id))).toBe('slow');
  });

  it('wait in the sweep while the store is away', async () => {
    await blobs.keep(ctx, Buffer.from('x'));
    turn(3601);
    await blobs.sweep(system);
    turn(3601);
    store.before = (step) => {
      if (step === 'remove') throw new Error('the store is away');
    };
    await expect(blobs.sweep(system)).rejects.toThrow('away');
    expect([store.blobs.size, await rows('doomed_blob')]).toEqual([1, 1]);
    store.before = () => undefined;
    await blobs.sweep(system);
    expect([store.blobs.size, await rows('doomed_blob')]).toEqual([0, 0]);
  });

  it('open under the key before, and under no other', async () => {
    const { id } = await blobs.keep(ctx, Buffer.from('x'));
    expect(String(await withKeys(NEW, OLD).read(ctx, id))).toBe('x');
    await expect(withKeys(NEW).read(ctx, id)).rejects.toThrow('APP_KEY');
    expect((await withKeys(NEW, OLD).keep(ctx, Buffer.from('x'))).id).toBe(id);
  });

  it('are refused when somebody tampered with them, or put one in the place of another', async () => {
    const [a, b] = [await blobs.keep(ctx, randomBytes(500)), await blobs.keep(ctx, randomBytes(500))];
    const sealed = store.blobs.get(a.id)!;
    for (const at of [0, 15, sealed.length >> 1, sealed.length - 1]) {
      const changed = Buffer.from(sealed);
      changed[at]! ^= 1;
      store.blobs.set(a.id, changed);
      await expect(blobs.read(ctx, a.id)).rejects.toThrow('altered');
    }
    store.blobs.set(a.id, store.blobs.get(b.id)!);
    await expect(blobs.read(ctx, a.id)).rejects.toThrow('altered');
    store.blobs.set(a.id, sealed.subarray(0, 10));
    await expect(blobs.read(ctx, a.id)).rejects.toThrow();
    store.blobs.delete(a.id);
    await expect(blobs.read(ctx, a.id)).rejects.toThrow('not in the store');
  });

  it('of a team are gone with it, and no other team’s', async () => {
    const mine = await blobs.keep(ctx, Buffer.from('mine'));
    const other = system.forTeam(newId<TeamId>());
    const theirs = await blobs.keep(other, Buffer.from('theirs'));
    await refer(theirs.id);
    await database.db.transaction(ctx, (ctx) => blobs.eraseTeam(ctx));
    await expect(blobs.read(ctx, mine.id)).rejects.toThrow('not in the store');
    await sweeps();
    expect([...store.blobs.keys()]).toEqual([theirs.id]);
  });
});
