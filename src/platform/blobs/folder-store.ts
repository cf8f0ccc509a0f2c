import { constants } from 'node:fs';
import { access, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { BlobStore } from './blob-store.js';

const NAME = /^[0-9a-f-]{36}$/;
/** One that a crash left goes with its name. */
const ASIDE = '.part';

/** Blobs as files, in folders of their first letters so that none grows too long. Written aside, flushed, then renamed. */
export class FolderStore extends BlobStore {
  readonly kind = 'folder';

  constructor(private readonly folder: string) {
    super();
  }

  async put(name: string, bytes: Buffer): Promise<void> {
    const path = this.path(name);
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const aside = `${path}${ASIDE}`;
    try {
      const file = await open(aside, 'w', 0o600);
      try {
        await file.writeFile(bytes);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(aside, path);
      await flushFolder(dirname(path)); // else a power failure may take the name back
    } catch (error) {
      await rm(aside, { force: true });
      throw error;
    }
  }

  async get(name: string): Promise<Buffer | undefined> {
    try {
      return await readFile(this.path(name));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  async remove(name: string): Promise<void> {
    const path = this.path(name);
    await Promise.all([path, `${path}${ASIDE}`].map((file) => rm(file, { force: true })));
  }

  async check(): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    await access(this.folder, constants.R_OK | constants.W_OK);
  }

  private path(name: string): string {
    if (!NAME.test(name)) throw new Error(`${JSON.stringify(name)} is no name of a blob.`);
    // The end of a version 7 UUID is random, its beginning is time.
    return join(this.folder, name.slice(-2), name.slice(-4, -2), name);
  }
}

async function flushFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
