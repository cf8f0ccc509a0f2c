import { Agent, request } from 'node:http';
import type { TeamId } from '../../../src/platform/context/index.js';
import { heartbeatOf, tokenMaker, uptimeText } from './routers.js';

/** Of every light router: releases before 7.13 read 4 KB of an answer, which no push fits into. */
export const VERSION = '7.22.3 (stable)';
const POLL_SECONDS = 30;
const TICK_MS = 4;
const PIECE_BYTES = 32_768;

export interface Polled {
  /** Milliseconds from the time at which a poll was to be sent to the end of its answer. */
  readonly latencies: Float64Array;
  /** When each of them was to be sent, in Unix milliseconds. */
  readonly begun: Float64Array;
  /** Those of polls that brought a script. */
  readonly withScript: Float64Array;
  readonly polls: number;
  /** Polls that brought a script. */
  readonly scripts: number;
  readonly failed: number;
}

/**
 * Routers that poll every 30 s, each at its own moment, and report whatever script they get as run: busy, its inventory if it
 * asks for one, its export where it takes a backup, done. They understand nothing of it. Polls begin at their times whatever the server does, so that a stall is
 * seen by all who wait in it.
 */
export class LightRouters {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 1000 });
  private readonly token: (n: number) => string;
  private readonly tokens = new Map<number, string>();
  /** Pieces of exports that were not taken. */
  readonly refused: string[] = [];
  private next = 0;
  private reporting = 0;

  constructor(
    private readonly port: number,
    teamId: TeamId,
    private readonly count: number,
    /** What a router exports when a script asks for a backup, which it then uploads over HTTPS. */
    private readonly exportOf: (router: number) => Buffer = () => Buffer.alloc(0),
  ) {
    this.token = tokenMaker(teamId);
  }

  /** Lets them poll for a while. What they report may go on a little longer; `settled` tells. */
  async poll(seconds: number): Promise<Polled> {
    const latencies: number[] = [];
    const begun: number[] = [];
    const withScript: number[] = [];
    let failed = 0;
    const began = performance.now();
    const rate = this.count / POLL_SECONDS / 1000;
    let sent = 0;
    const open = new Set<Promise<void>>();
    await new Promise<void>((resolve) => {
      const timer = setInterval(() => {
        const now = performance.now() - began;
        for (; sent < Math.min(now, seconds * 1000) * rate; sent++) {
          const intended = began + sent / rate;
          const router = this.next++ % this.count;
          const polled = this.once(router)
            .then(({ status, text }) => {
              const latency = performance.now() - intended;
              latencies.push(latency);
              begun.push(performance.timeOrigin + intended);
              if (status !== 200) failed++;
              if (!text) return;
              withScript.push(latency);
              void this.report(router, text);
            })
            .catch(() => void failed++)
            .finally(() => open.delete(polled));
          open.add(polled);
        }
        if (now < seconds * 1000) return;
        clearInterval(timer);
        resolve();
      }, TICK_MS);
    });
    await Promise.all(open);
    return {
      latencies: Float64Array.from(latencies),
      begun: Float64Array.from(begun),
      withScript: Float64Array.from(withScript),
      ...{ polls: sent, scripts: withScript.length, failed },
    };
  }

  /** Whether nobody reports any more. */
  get settled(): boolean {
    return this.reporting === 0;
  }

  close(): void {
    this.agent.destroy();
  }

  private once(router: number): Promise<{ status: number; text: string }> {
    const token = this.tokens.get(router) ?? this.tokens.set(router, this.token(router)).get(router)!;
    const heartbeat = heartbeatOf(router, uptimeText((performance.timeOrigin + performance.now()) / 1000));
    return this.send('POST', '/poll', heartbeat.replace(/;version=[^;]+/, `;version=${VERSION}`), token);
  }

  private async report(router: number, script: string): Promise<void> {
    this.reporting++;
    try {
      const plain = script.replaceAll('\\', '');
      const url = (pattern: RegExp): string | undefined => pattern.exec(plain)?.[1];
      const busy = url(/busyUrl "https?:\/\/[^/]+(\/[^"]+)"/);
      if (busy) await this.send('GET', busy);
      const inventory = url(/"https?:\/\/[^/"]+(\/job\/[^/"]+\/inventory[^"]*)"/);
      if (inventory) await this.send('POST', inventory, 'the same as ever');
      const upload = url(/"https?:\/\/[^/"]+(\/job\/[^/"]+\/backup[^"]*)"/);
      if (upload) await this.upload(upload, this.exportOf(router));
      await this.send('GET', url(/doneUrl "https?:\/\/[^/]+(\/[^"]+)"/)!);
    } finally {
      this.reporting--;
    }
  }

  /** As the script does: one piece after the other. */
  private async upload(path: string, bytes: Buffer): Promise<void> {
    for (let first = 0; first < bytes.length; first += PIECE_BYTES) {
      const piece = bytes.subarray(first, first + PIECE_BYTES);
      const range = { 'content-range': `bytes ${first}-${first + piece.length - 1}/${bytes.length}` };
      const { status, text } = await this.send('POST', path, piece, undefined, { 'content-type': 'application/octet-stream', ...range });
      if (status !== 200) this.refused.push(`${status} ${text}`);
    }
  }

  private send(
    method: string,
    path: string,
    body?: string | Buffer,
    token?: string,
    more: Record<string, string> = {},
  ): Promise<{ status: number; text: string }> {
    return new Promise((resolve, reject) => {
      const headers = {
        'user-agent': 'Mikrotik/7.x Fetch',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'text/plain', 'content-length': Buffer.byteLength(body) }),
        ...more,
      };
      const sent = request({ host: '127.0.0.1', port: this.port, method, path, headers, agent: this.agent }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
      });
      sent.on('error', reject);
      sent.end(body);
    });
  }
}
