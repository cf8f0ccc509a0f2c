import { chmod, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { MailCarrier, messageOf, type WrittenMail } from './mail-carrier.js';

/** Files that stay; the oldest go. */
export const OUTBOX_KEEPS = 500;

/** The folder where mails land while no mail server is configured. */
export const outboxFolder = (dataDir: string): string => resolve(dataDir, 'outbox');

/**
 * Writes each mail as a file that any mail program opens: `20261122T101500Z-verify-email-<id>.eml`, readable by its
 * owner alone, whole or not at all. A mail delivered again replaces its file.
 */
export class OutboxCarrier extends MailCarrier {
  readonly name = 'outbox';

  constructor(private readonly folder: string) {
    super();
  }

  async deliver(mail: WrittenMail): Promise<void> {
    const { createTransport } = await import('nodemailer'); // by the first mail, not by every start
    const { message } = await createTransport({ streamTransport: true, buffer: true }).sendMail(messageOf(mail));
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    await chmod(this.folder, 0o700);
    const name = fileName(mail);
    const draft = join(this.folder, `.${name}.draft`);
    await rm(draft, { force: true }); // of a process that died here: its mode may be another
    await writeFile(draft, message as Buffer, { mode: 0o600, flag: 'wx' });
    await rename(draft, join(this.folder, name));
    await this.prune();
  }

  private async prune(): Promise<void> {
    const mails = (await readdir(this.folder)).filter((name) => name.endsWith('.eml')).sort();
    const tooMany = mails.slice(0, Math.max(mails.length - OUTBOX_KEEPS, 0));
    await Promise.all(tooMany.map((name) => rm(join(this.folder, name), { force: true })));
  }
}

const fileName = ({ writtenAt, kind, messageId }: WrittenMail): string =>
  `${writtenAt.toISOString().replace(/[-:]|\.\d+/g, '')}-${kind}-${messageId.slice(0, messageId.indexOf('@'))}.eml`;
