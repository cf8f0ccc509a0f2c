import { connect, type Socket } from 'node:net';
import type { TeamId } from '../../../src/platform/context/index.js';
import { heartbeatOf, tokenMaker, uptimeText } from './routers.js';

type Answered = (status: number, bodyLength: number) => void;

const HEAD_END = '\r\n\r\n';

/** One HTTP connection that sends ready-made requests one after the other. Status 0 means: no answer came. */
export class PollConnection {
  private readonly socket: Socket;
  readonly opened: Promise<void>;
  broken = false;
  private answered: Answered | undefined;
  private received = '';

  constructor(port: number, localAddress?: string) {
    this.socket = connect({ port, host: '127.0.0.1', localAddress, noDelay: true });
    this.opened = new Promise((resolve, reject) => this.socket.once('connect', resolve).once('error', reject));
    this.opened.catch(() => undefined);
    this.socket.setEncoding('latin1').on('data', (text: string) => this.read(text));
    this.socket
      .on('error', () => undefined)
      .on('close', () => {
        this.broken = true;
        this.finish(0, 0);
      });
  }

  send(request: Buffer, answered: Answered): void {
    if (this.broken) return answered(0, 0);
    this.answered = answered;
    this.socket.write(request);
  }

  close(): void {
    this.socket.destroy();
  }

  private read(text: string): void {
    this.received = this.received === '' ? text : this.received + text;
    const head = this.received.indexOf(HEAD_END);
    if (head < 0) return;
    const at = this.received.indexOf('ontent-') < 0 ? -1 : this.received.search(/\ncontent-length: /i);
    const length = at < 0 ? 0 : parseInt(this.received.slice(at + 17, at + 27), 10);
    if (this.received.length < head + HEAD_END.length + length) return;
    const status = Number(this.received.slice(9, 12));
    this.received = '';
    this.finish(status, length);
  }

  private finish(status: number, length: number): void {
    const { answered } = this;
    this.answered = undefined;
    answered?.(status, length);
  }
}

/**
 * The bytes of the n-th router's poll. They are made once a router; the uptime in them goes on, so that nobody looks
 * rebooted.
 */
export function pollRequests({ port, teamId }: { port: number; teamId: TeamId }): (n: number) => Buffer {
  const token = tokenMaker(teamId);
  const ready = new Map<number, { bytes: Buffer; uptimeAt: number; writtenAt: number }>();
  const began = Date.now() / 1000;
  // Ten days and a bit: later than any uptime that was seeded.
  const uptime = (): string => uptimeText(Date.now() / 1000 - Math.floor(began / 86_400) * 86_400);
  let [now, text] = [0, uptime()];
  setInterval(() => {
    now++;
    text = uptime();
  }, 1000).unref();
  return (n) => {
    let request = ready.get(n);
    if (!request) {
      const body = heartbeatOf(n, text);
      const head = `POST /poll HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUser-Agent: Mikrotik/7.x Fetch\r\nAccept: */*\r\nAuthorization: Bearer ${token(n)}\r\nContent-Type: text/plain\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n`;
      const bytes = Buffer.from(head + body, 'latin1');
      request = { bytes, uptimeAt: bytes.indexOf(`uptime=${text}`) + 'uptime='.length, writtenAt: now };
      ready.set(n, request);
    }
    if (request.writtenAt !== now) {
      request.bytes.write(text, request.uptimeAt, 'latin1');
      request.writtenAt = now;
    }
    return request.bytes;
  };
}
