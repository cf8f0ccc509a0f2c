/**
 * What an OpenVPN server says on its management interface, as its management-notes.txt describes it: lines that end in CR LF,
 * real-time messages with a leading `>`, everything else the reply to a command.
 */
export type ManagementMessage =
  | { readonly type: 'client'; readonly event: ClientEvent; readonly cid: number; readonly kid: number; readonly env: ClientEnv }
  | { readonly type: 'bytes'; readonly cid: number; readonly received: number; readonly sent: number }
  | { readonly type: 'hold' }
  /** A state of the process such as CONNECTED, which a server is in once it listens. */
  | { readonly type: 'state'; readonly name: string }
  | { readonly type: 'fatal'; readonly text: string }
  | { readonly type: 'reply'; readonly succeeded: boolean; readonly text: string }
  /** Whatever else there is, by the word before its colon. */
  | { readonly type: 'other'; readonly source: string };

export type ClientEvent = 'CONNECT' | 'REAUTH' | 'ESTABLISHED' | 'DISCONNECT';
/** Variables of a client. Holds its password: never to be logged. Names beginning with IV_ and UV_ are the client's own words. */
export type ClientEnv = ReadonlyMap<string, string>;

const EVENTS = new Set<string>(['CONNECT', 'REAUTH', 'ESTABLISHED', 'DISCONNECT'] satisfies ClientEvent[]);
/** No line of OpenVPN comes near it. */
const LONGEST_LINE = 65_536;
const LF = 10;

/** The peer does not speak the management protocol. */
export class ManagementProtocolError extends Error {}

interface OpenBlock {
  readonly event: ClientEvent;
  readonly cid: number;
  readonly kid: number;
  readonly env: Map<string, string>;
}

/** Reads messages out of bytes, in whatever pieces they come. */
export class ManagementParser {
  private rest: Buffer = Buffer.alloc(0);
  private block: OpenBlock | undefined;

  /** The messages that these bytes complete. @throws ManagementProtocolError */
  push(chunk: Buffer): ManagementMessage[] {
    const messages: ManagementMessage[] = [];
    let bytes = this.rest.length ? Buffer.concat([this.rest, chunk]) : chunk;
    for (let end = bytes.indexOf(LF); end >= 0; end = bytes.indexOf(LF)) {
      const message = this.line(bytes.subarray(0, end).toString('utf8').replace(/\r$/, ''));
      if (message) messages.push(message);
      bytes = bytes.subarray(end + 1);
    }
    if (bytes.length > LONGEST_LINE) throw new ManagementProtocolError('A line on the management interface does not end.');
    this.rest = Buffer.from(bytes);
    return messages;
  }

  private line(line: string): ManagementMessage | undefined {
    if (!line.startsWith('>')) return reply(line);
    const cut = line.indexOf(':');
    const [source, text] = cut < 0 ? [line.slice(1), ''] : [line.slice(1, cut), line.slice(cut + 1)];
    switch (source) {
      case 'CLIENT':
        return this.client(text);
      case 'BYTECOUNT_CLI': {
        const [cid, received, sent] = text.split(',').map(Number);
        return { type: 'bytes', cid: whole(cid, line), received: whole(received, line), sent: whole(sent, line) };
      }
      case 'HOLD':
        return { type: 'hold' };
      case 'STATE':
        return { type: 'state', name: text.split(',')[1] ?? '' };
      case 'FATAL':
        return { type: 'fatal', text };
      default:
        return { type: 'other', source };
    }
  }

  private client(text: string): ManagementMessage | undefined {
    if (text.startsWith('ENV,')) return this.variable(text.slice('ENV,'.length));
    const [event = '', cid, kid] = text.split(',');
    if (!EVENTS.has(event)) return { type: 'other', source: `CLIENT:${event}` };
    this.block = { event: event as ClientEvent, cid: whole(Number(cid), event), kid: whole(Number(kid ?? 0), event), env: new Map() };
    return undefined;
  }

  private variable(assignment: string): ManagementMessage | undefined {
    const { block } = this;
    if (assignment === 'END') {
      this.block = undefined;
      return block && { type: 'client', ...block };
    }
    const cut = assignment.indexOf('=');
    if (cut > 0) block?.env.set(assignment.slice(0, cut), assignment.slice(cut + 1));
    return undefined;
  }
}

function reply(line: string): ManagementMessage | undefined {
  const [, word, text] = /^(SUCCESS|ERROR): ?(.*)$/.exec(line) ?? [];
  return word === undefined ? undefined : { type: 'reply', succeeded: word === 'SUCCESS', text: text! };
}

function whole(value: number | undefined, where: string): number {
  if (value === undefined || !Number.isSafeInteger(value) || value < 0)
    throw new ManagementProtocolError(`${JSON.stringify(where.slice(0, 80))} holds no number where one belongs.`);
  return value;
}
