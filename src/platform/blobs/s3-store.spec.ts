import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { openDatabase } from '../../../test/support/postgres.js';
import { RecordingLogger } from '../../../test/support/recording-logger.js';
import { S3_KEY, TestS3 } from '../../../test/support/s3.js';
import { FrozenClock } from '../clock/clock.js';
import { newId, RequestContext, type TeamId } from '../context/index.js';
import { AppKeys } from '../crypto/index.js';
import './entities.js';
import { Blobs } from './blobs.js';
import { S3Store } from './s3-store.js';

describe('a bucket of blobs', () => {
  let s3: TestS3;
  beforeAll(async () => {
    s3 = await TestS3.start('rosfleet', 'other');
  });
  afterAll(() => s3.stop());
  const store = (more: { bucket?: string; prefix?: string; credentials?: typeof S3_KEY; endpoint?: string } = {}): S3Store =>
    new S3Store({
      bucket: 'rosfleet',
      region: 'us-east-1',
      endpoint: s3.endpoint,
      prefix: '',
      pathStyle: true,
      credentials: S3_KEY,
      ...more,
    });

  it('gives what was put there, and nothing for what was not', async () => {
    const name = randomUUID();
    await store().check();
    expect(await store().get(name)).toBeUndefined();
    await store().put(name, Buffer.from([0, 1, 2, 255]));
    expect(await store().get(name)).toEqual(Buffer.from([0, 1, 2, 255]));
    await store().remove(name);
    await store().remove(name);
    expect(await store().get(name)).toBeUndefined();
  });

  it('holds 20 MB', async () => {
    const name = randomUUID();
    const bytes = Buffer.alloc(20_000_000, 'x');
    await store().put(name, bytes);
    expect((await store().get(name))!.equals(bytes)).toBe(true);
  });

  it('keeps apart what has another prefix', async () => {
    const name = randomUUID();
    await store({ prefix: 'fleet/a/' }).put(name, Buffer.from('a'));
    expect(await store({ prefix: 'fleet/b/' }).get(name)).toBeUndefined();
    expect(String(await store().get(`fleet/a/${name}`))).toBe('a');
  });

  it('says what is wrong when there is no such bucket, the key is wrong, or nobody is there', async () => {
    const name = randomUUID();
    const absent = store({ bucket: 'absent' });
    await expect(absent.check()).rejects.toThrow(/bucket/i);
    await expect(absent.put(name, Buffer.from('x'))).rejects.toThrow(/bucket/i);
    await expect(absent.get(name)).rejects.toThrow(/bucket/i); // not: there is no such blob
    const stranger = store({ credentials: { ...S3_KEY, secretAccessKey: 'wrong' } });
    await expect(stranger.check()).rejects.toThrow(/signature/i);
    await expect(stranger.get(name)).rejects.toThrow(/signature/i);
    await expect(stranger.put(name, Buffer.from('x'))).rejects.toThrow(/signature/i);
    await expect(store({ endpoint: 'http://127.0.0.1:1' }).get(name)).rejects.toThrow('ECONNREFUSED');
  }, 60_000);

  it('keeps blobs that nobody who reads the bucket can read', async () => {
    const database = await openDatabase();
    try {
      const ctx = RequestContext.system('test').forTeam(newId<TeamId>());
      const clock = new FrozenClock();
      const blobs = new Blobs(store({ bucket: 'other' }), database.db, new AppKeys('11'.repeat(32)), clock, new RecordingLogger());
      const { id } = await blobs.keep(ctx, Buffer.from('a secret\n'.repeat(1000)));
      expect(String(await blobs.read(ctx, id))).toBe('a secret\n'.repeat(1000));
      expect(String(await store({ bucket: 'other' }).get(id))).not.toContain('secret');
      await database.db.transaction(ctx, (ctx) => blobs.eraseTeam(ctx));
      clock.advance(3_700_000);
      await blobs.sweep(RequestContext.system('test'));
      expect(await store({ bucket: 'other' }).get(id)).toBeUndefined();
      expect(readdirSync(s3.folder)).toContain('other');
    } finally {
      await database.close();
    }
  }, 60_000);
});
