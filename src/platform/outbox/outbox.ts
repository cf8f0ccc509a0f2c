import { chmod, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

/** Files of one ending that stay; the oldest go. */
export const OUTBOX_KEEPS = 500;

/** The folder where messages land for which no delivery is configured. */
export const outboxFolder = (dataDir: string): string => resolve(dataDir, 'outbox');

const KIND = /^[a-z0-9]+(-[a-z0-9]+)*$/;
const LONGEST_KIND = 50;

/** What a message is for, as it stands in the log and in file names: lower-case words joined by hyphens, at most 50 characters. */
export const isMessageKind = (text: string): boolean => KIND.test(text) && text.length <= LONGEST_KIND;

/** What a file is called after: `20261122T101500Z-verify-email-<id>`. */
export interface Outgoing {
  readonly writtenAt: Date;
  readonly kind: string;
  /** The same at every attempt. */
  readonly id: string;
}

/** A folder where each message is a file, readable by its owner alone, whole or not at all. */
export class Outbox {
  /** @param ending of the files that are this outbox's; others in the folder are left alone */
  constructor(
    private readonly folder: string,
    private readonly ending: `.${string}`,
  ) {}

  /** A message that is put again replaces its file. @throws Error of the file system */
  async put(message: Outgoing, content: string | Buffer): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    await chmod(this.folder, 0o700);
    const name = `${nameOf(message)}${this.ending}`;
    const draft = join(this.folder, `.${name}.draft`);
    await rm(draft, { force: true }); // of a process that died here: its mode may be another
    await writeFile(draft, content, { mode: 0o600, flag: 'wx' });
    await rename(draft, join(this.folder, name));
    await this.prune();
  }

  private async prune(): Promise<void> {
    const files = (await readdir(this.folder)).filter((name) => name.endsWith(this.ending)).sort();
    const tooMany = files.slice(0, Math.max(files.length - OUTBOX_KEEPS, 0));
    await Promise.all(tooMany.map((name) => rm(join(this.folder, name), { force: true })));
  }
}

const nameOf = ({ writtenAt, kind, id }: Outgoing): string => `${writtenAt.toISOString().replace(/[-:]|\.\d+/g, '')}-${kind}-${id}`;
