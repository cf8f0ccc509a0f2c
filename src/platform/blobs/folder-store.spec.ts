import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runFolder } from '../../../test/support/test-run.js';
import { FolderStore } from './folder-store.js';

describe('a folder of blobs', () => {
  let folder: string;
  let store: FolderStore;
  beforeEach(() => {
    folder = join(mkdtempSync(join(runFolder(), 'blobs-')), 'of', 'mine');
    store = new FolderStore(folder);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const files = (): string[] =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => statSync(join(folder, file)).isFile());
  const pathOf = (name: string): string => join(folder, name.slice(-2), name.slice(-4, -2), name);

  it('gives what was put there, and nothing for what was not', async () => {
    const [name, other] = [randomUUID(), randomUUID()];
    await store.check();
    await store.put(name, Buffer.from('content'));
    expect(String(await store.get(name))).toBe('content');
    expect(await store.get(other)).toBeUndefined();
    await store.put(name, Buffer.alloc(0));
    expect(await store.get(name)).toHaveLength(0);
    await store.remove(name);
    await store.remove(name);
    expect([await store.get(name), files()]).toEqual([undefined, []]);
  });

  it('is for nobody else on the machine', async () => {
    const name = randomUUID();
    await store.put(name, Buffer.from('x'));
    expect((statSync(folder).mode & 0o777).toString(8)).toBe('700');
    expect((statSync(pathOf(name)).mode & 0o777).toString(8)).toBe('600');
  });

  it('never shows a part of a blob, and loses none of the one before, when writing fails', async () => {
    const name = randomUUID();
    await store.put(name, Buffer.from('before'));
    mkdirSync(`${pathOf(name)}.part`); // there it would write
    await expect(store.put(name, Buffer.from('after'))).rejects.toThrow();
    expect(String(await store.get(name))).toBe('before');
  });

  it('takes what a crash left behind away with its name', async () => {
    const name = randomUUID();
    await store.put(name, Buffer.from('x'));
    writeFileSync(`${pathOf(name)}.part`, 'half');
    await store.remove(name);
    expect(files()).toEqual([]);
  });

  it('takes a hundred at once', async () => {
    const names = Array.from({ length: 100 }, () => randomUUID());
    await Promise.all(names.map((name) => store.put(name, Buffer.from(name))));
    for (const name of names) expect(String(await store.get(name))).toBe(name);
  });

  it.each(['../../etc/passwd', '', 'x'.repeat(36), `${randomUUID()}/..`, '/etc/passwd'])('knows no name like %j', async (name) => {
    await expect(store.get(name)).rejects.toThrow('no name of a blob');
    await expect(store.put(name, Buffer.alloc(1))).rejects.toThrow('no name of a blob');
    await expect(store.remove(name)).rejects.toThrow('no name of a blob');
  });

  it('says when it cannot be used', async () => {
    mkdirSync(join(folder, '..'), { recursive: true });
    writeFileSync(folder, 'a file');
    await expect(store.check()).rejects.toThrow();
    rmSync(folder);
    await store.check();
    if (process.getuid?.() !== 0) {
      chmodSync(folder, 0o500);
      await expect(store.check()).rejects.toThrow();
      chmodSync(folder, 0o700);
    }
    expect(existsSync(folder)).toBe(true);
  });
});
