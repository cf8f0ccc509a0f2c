import { chmod, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SmsCarrier, type WrittenSms } from './sms-carrier.js';

/** Files that stay; the oldest go. */
export const SMS_OUTBOX_KEEPS = 500;

const ENDING = '.sms.txt';

/**
 * Writes each SMS as a file beside the mails of the outbox: `20261122T101500Z-verify-mobile-<id>.sms.txt`, the number in
 * the first line, readable by its owner alone, whole or not at all.
 */
export class SmsOutboxCarrier extends SmsCarrier {
  readonly name = 'outbox';

  constructor(private readonly folder: string) {
    super();
  }

  async deliver(sms: WrittenSms): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    await chmod(this.folder, 0o700);
    const name = `${sms.writtenAt.toISOString().replace(/[-:]|\.\d+/g, '')}-${sms.kind}-${sms.id}${ENDING}`;
    const draft = join(this.folder, `.${name}.draft`);
    await rm(draft, { force: true }); // of a process that died here: its mode may be another
    await writeFile(draft, `To: ${sms.to}\n\n${sms.text}\n`, { mode: 0o600, flag: 'wx' });
    await rename(draft, join(this.folder, name));
    const files = (await readdir(this.folder)).filter((file) => file.endsWith(ENDING)).sort();
    await Promise.all(
      files.slice(0, Math.max(files.length - SMS_OUTBOX_KEEPS, 0)).map((file) => rm(join(this.folder, file), { force: true })),
    );
  }
}
