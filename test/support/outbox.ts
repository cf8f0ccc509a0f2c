import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import PostalMime from 'postal-mime';
import { outboxFolder } from '../../src/platform/mail/index.js';
import { eventually } from './eventually.js';

/** A mail as a mail program reads it. */
export interface ParsedMail {
  readonly to: { readonly address: string; readonly name: string };
  readonly from: { readonly address: string; readonly name: string };
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** With angle brackets. */
  readonly messageId: string;
  readonly date: string;
  /** URLs of the text part, in order, each once. */
  readonly links: readonly string[];
  /** Values by lower-case name, as they were sent. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface OutboxMail extends ParsedMail {
  /** What the mail is for: `verify-email`. */
  readonly kind: string;
  readonly file: string;
}

export async function parseMail(raw: Buffer): Promise<ParsedMail> {
  const mail = await PostalMime.parse(raw);
  const person = (who: { address?: string; name?: string } | undefined): ParsedMail['to'] => ({
    address: who?.address ?? '',
    name: who?.name ?? '',
  });
  const text = mail.text ?? '';
  return {
    to: person(mail.to?.[0]),
    from: person(mail.from),
    subject: mail.subject ?? '',
    text,
    html: mail.html ?? '',
    messageId: mail.messageId ?? '',
    date: mail.date ?? '',
    links: [...new Set(text.match(/https?:\/\/\S+/g))],
    headers: Object.fromEntries(mail.headers.map(({ key, value }) => [key, value])),
  };
}

/** Every mail in the outbox of a data folder, oldest first: by time, and within a second in the order of their writing. */
export async function mailsIn(dataDir: string): Promise<OutboxMail[]> {
  const folder = outboxFolder(dataDir);
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const found = names.flatMap((file) => {
    const [, time, kind, id] = /^(\d{8}T\d{6}Z)-(.+)-([0-9a-f-]{36})\.eml$/.exec(file) ?? [];
    return time && kind && id ? [{ file, kind, order: `${time} ${id}` }] : [];
  });
  found.sort((a, b) => (a.order < b.order ? -1 : 1));
  return Promise.all(found.map(async ({ file, kind }) => ({ ...(await parseMail(await readFile(join(folder, file)))), kind, file })));
}

/** Waits for the newest mail to an address, of one kind or with a word in its subject when given. */
export const waitForMail = (dataDir: string, to: string, about?: string): Promise<OutboxMail> =>
  eventually(async () =>
    (await mailsIn(dataDir))
      .filter((mail) => mail.to.address === to && (!about || mail.kind === about || mail.subject.includes(about)))
      .at(-1),
  );
