import type { Socket } from 'node:net';
import { type ManagementMessage, ManagementParser } from './management-messages.js';

const REPLY_LIMIT_MS = 10_000;

type Event = Exclude<ManagementMessage, { type: 'reply' }>;
type Reply = Extract<ManagementMessage, { type: 'reply' }>;

/** The daemon did not take a command, or did not answer in time. */
export class ManagementCommandFailed extends Error {}

/** One daemon's management interface: commands in order, each with its reply, and events as they come. */
export class ManagementConnection {
  private readonly parser = new ManagementParser();
  /** Replies come in the order of commands. */
  private readonly waiting: { readonly resolve: (reply: Reply) => void; readonly reject: (error: Error) => void }[] = [];

  /** @param heard is called for each event, in order; it must not throw */
  constructor(
    private readonly socket: Socket,
    private readonly heard: (event: Event) => void,
  ) {
    socket.on('data', (chunk: Buffer) => this.read(chunk));
    socket.once('close', () => this.failAll(new ManagementCommandFailed('The management connection was closed.')));
    socket.on('error', () => undefined); // `close` follows
  }

  /** @param lines the command, and the lines of its block without their END */
  async command(line: string, block?: readonly string[]): Promise<void> {
    const text = [line, ...(block ? [...block, 'END'] : [])].map((l) => `${l}\n`).join('');
    let timer: NodeJS.Timeout | undefined;
    const reply = await new Promise<Reply>((resolve, reject) => {
      if (this.socket.destroyed) return reject(new ManagementCommandFailed('The management connection is closed.'));
      this.waiting.push({ resolve, reject });
      timer = setTimeout(() => reject(new ManagementCommandFailed(`OpenVPN did not answer «${wordOf(line)}».`)), REPLY_LIMIT_MS);
      this.socket.write(text);
    }).finally(() => clearTimeout(timer));
    if (!reply.succeeded) throw new ManagementCommandFailed(`OpenVPN refused «${wordOf(line)}»: ${reply.text}`);
  }

  /** The daemon ends itself when its management client is gone. */
  close(): void {
    this.socket.destroy();
  }

  private read(chunk: Buffer): void {
    let messages: ManagementMessage[];
    try {
      messages = this.parser.push(chunk);
    } catch {
      return this.close();
    }
    for (const message of messages) {
      if (message.type === 'reply') this.waiting.shift()?.resolve(message);
      else this.heard(message);
    }
  }

  private failAll(error: Error): void {
    for (const { reject } of this.waiting.splice(0)) reject(error);
  }
}

/** The command alone: what follows may be anybody's. */
const wordOf = (line: string): string => line.split(' ', 1)[0]!;
