import { afterEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../../../test/support/eventually.js';
import { encodeSentence, RouterApi, RouterApiError, SentenceReader, wordText, type RouterApiOptions, type RunOptions } from './index.js';

/** A server that speaks as badly as it is told to. */
class Liar {
  static async listening(): Promise<Liar> {
    const liar = new Liar();
    await new Promise<void>((resolve) => liar.server.listen(0, '127.0.0.1', resolve));
    return liar;
  }

  readonly sockets = new Set<Socket>();
  /** What is done with a command, after a login that is answered well. */
  command: (socket: Socket, tag: string, words: string[]) => void = () => undefined;
  /** Called for every new connection; answers whether the login is answered. */
  greet: (socket: Socket) => boolean = () => true;
  connections = 0;
  mostAtOnce = 0;
  private readonly server: Server = createServer((socket) => this.accept(socket));

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  private accept(socket: Socket): void {
    this.connections++;
    this.sockets.add(socket);
    this.mostAtOnce = Math.max(this.mostAtOnce, this.sockets.size);
    socket.on('error', () => undefined);
    socket.on('close', () => this.sockets.delete(socket));
    const honest = this.greet(socket);
    const reader = new SentenceReader({ wordBytes: 1 << 22, sentenceBytes: 1 << 22, words: 5000 });
    socket.on('data', (chunk: Buffer) => {
      for (const sentence of reader.push(chunk)) {
        const words = sentence.map(wordText);
        if (words[0] === '/login') {
          if (honest) socket.write(encodeSentence(['!done']));
        } else this.command(socket, words.find((word) => word.startsWith('.tag='))?.slice(5) ?? '', words);
      }
    });
  }
}

const say = (...words: string[]): Buffer => encodeSentence(words);

describe('The client of the RouterOS API, against a router that lies', () => {
  let liar: Liar;
  let api: RouterApi;

  afterEach(async () => {
    await api.close();
    await liar.close();
    // an exception or rejection that nobody handles fails the test that is running: give the last ones time to show
    await sleep(5);
  });

  async function against(options: RouterApiOptions = {}): Promise<void> {
    liar = await Liar.listening();
    api = new RouterApi({ connectMs: 300, loginMs: 300, drainMs: 100, ...options });
  }

  const run = (options: RunOptions = {}, path = '/ip/address/print') =>
    api.run({ host: '127.0.0.1', port: liar.port, user: 'u', password: 'p' }, { path }, { timeoutMs: 1000, ...options });
  const failure = async (options: RunOptions = {}, path?: string): Promise<RouterApiError> => {
    const outcome: unknown = await run(options, path).catch((error: unknown) => error);
    expect(outcome).toBeInstanceOf(RouterApiError);
    return outcome as RouterApiError;
  };

  it.each<[string, (socket: Socket) => void, string[]]>([
    ['garbage', (socket) => socket.write(Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')), ['protocol', 'timeout']],
    ['a TLS alert', (socket) => socket.write(Buffer.from('15030300020228', 'hex')), ['protocol', 'timeout']],
    ['SSH', (socket) => socket.write('SSH-2.0-ROSSSH\r\n'), ['protocol', 'timeout']],
    ['a reserved length', (socket) => socket.write(Buffer.of(0xff, 0xff)), ['protocol']],
    ['a word of 4 GB', (socket) => socket.write(Buffer.from('f0ffffffff61', 'hex')), ['too_large']],
    ['half a word', (socket) => socket.write(say('!done').subarray(0, 3)), ['timeout']],
    ['silence', () => undefined, ['timeout']],
    ['nothing, and hangs up', (socket) => socket.end(), ['unreachable']],
    ['a reset', (socket) => socket.resetAndDestroy(), ['unreachable']],
    ['no challenge', (socket) => socket.write(say('!done', '=ret=not hexadecimal')), ['protocol']],
    ['a challenge without end', (socket) => setImmediate(() => socket.write(say('!done', '=ret=' + 'ab'.repeat(16)))), ['timeout']],
    ['rows without end', (socket) => { for (let n = 0; n < 5000; n++) socket.write(say('!re', '=a=' + 'b'.repeat(50))); }, ['too_large']],
    ['fatal', (socket) => socket.write(say('!fatal', 'too many sessions')), ['fatal']],
    ['a refusal', (socket) => socket.end(Buffer.concat([say('!trap', '=message=not permitted (9)'), say('!done')])), ['login_refused']],
    ['an answer to something else', (socket) => socket.write(say('!done', '.tag=77')), ['protocol']],
  ])('says at login: %s', async (_, speak, codes) => {
    await against();
    liar.greet = (socket) => {
      speak(socket);
      return false;
    };
    const error = await failure();
    expect(codes).toContain(error.code);
    expect(error.sent).toBe(false);
    expect(error.message).not.toBe('');
    await eventually(() => liar.sockets.size === 0);
  }); // prettier-ignore

  it.each<[string, (socket: Socket, tag: string) => void, string]>([
    ['garbage', (socket) => socket.write(Buffer.from('\x05hello\x00', 'latin1')), 'protocol'],
    ['a reserved length', (socket) => socket.write(Buffer.of(0xf8)), 'protocol'],
    ['a word of 4 GB', (socket) => socket.write(Buffer.from('f0ffffffff61', 'hex')), 'too_large'],
    ['a word of 5 MB', (socket) => socket.write(encodeSentence([Buffer.alloc(5 << 20, 'a')])), 'too_large'],
    ['100,000 words in a sentence', (socket) => socket.write(encodeSentence(Array<string>(100_000).fill('=a=b'))), 'too_large'],
    ['half a word', (socket, tag) => socket.write(say('!re', `.tag=${tag}`).subarray(0, 6)), 'timeout'],
    ['half a word, and hangs up', (socket, tag) => socket.end(say('!re', `.tag=${tag}`).subarray(0, 6)), 'connection_lost'],
    ['rows, and hangs up', (socket, tag) => socket.end(say('!re', '=a=b', `.tag=${tag}`)), 'connection_lost'],
    ['rows, and resets', (socket, tag) => { socket.write(say('!re', '=a=b', `.tag=${tag}`)); setTimeout(() => socket.resetAndDestroy(), 20); }, 'connection_lost'],
    ['silence', () => undefined, 'timeout'],
    ['an answer and garbage in one piece', (socket, tag) => socket.write(Buffer.concat([say('!re', '=a=b', `.tag=${tag}`), Buffer.of(0xff)])), 'protocol'],
    ['fatal', (socket, tag) => socket.end(say('!fatal', 'shutting down', `.tag=${tag}`)), 'fatal'],
    ['fatal without a reason', (socket) => socket.end(say('!fatal')), 'fatal'],
    ['a trap of category 7', (socket, tag) => socket.write(Buffer.concat([say('!trap', '=category=7', '=message=x', `.tag=${tag}`), say('!done', `.tag=${tag}`)])), 'trap'],
    ['a trap without anything', (socket, tag) => socket.write(Buffer.concat([say('!trap', `.tag=${tag}`), say('!done', `.tag=${tag}`)])), 'trap'],
    ['a trap of category 99', (socket, tag) => socket.write(Buffer.concat([say('!trap', '=category=99', '=message=', `.tag=${tag}`), say('!done', `.tag=${tag}`)])), 'trap'],
    ['another tag', (socket) => socket.write(say('!done', '.tag=nobody')), 'protocol'],
    ['no tag', (socket) => socket.write(say('!done')), 'protocol'],
    ['a number as reply word', (socket, tag) => socket.write(say('42', `.tag=${tag}`)), 'protocol'],
  ])('answers a command with %s', async (_, speak, code) => {
    await against();
    liar.command = (socket, tag, words) => {
      if (words[0] === '/ip/address/print') speak(socket, tag);
    };
    const error = await failure({ timeoutMs: code === 'timeout' ? 300 : 10_000 });
    expect(error.code).toBe(code);
    expect(error.sent).toBe(true);
    expect(error.message).not.toBe('');
    if (code === 'trap') return;
    await eventually(() => liar.sockets.size === 0);
    // the next command finds a way of its own
    liar.command = (socket, tag) => socket.write(say('!done', `.tag=${tag}`));
    expect(await run()).toEqual({ rows: [] });
  }); // prettier-ignore

  it('takes no more of 100 MB than it may, and asks for no more', async () => {
    await against();
    const row = Buffer.concat(Array.from({ length: 200 }, () => say('!re', `=contents=${'x'.repeat(5000)}`, '.tag=1')));
    liar.command = (socket) => {
      let sent = 0;
      const more = (): void => {
        while (sent < 100 << 20 && !socket.destroyed) {
          sent += row.length;
          if (!socket.write(row)) return void socket.once('drain', more);
        }
      };
      more();
    };
    const before = process.memoryUsage().rss;
    expect((await failure({ timeoutMs: 20_000, maxBytes: 2 << 20 })).code).toBe('too_large');
    expect(process.memoryUsage().rss - before).toBeLessThan(80 << 20);
    await eventually(() => liar.sockets.size === 0);
  });

  it('is answered twice: the first answer counts, the connection does not', async () => {
    await against({ connectionsPerRouter: 1 });
    liar.command = (socket, tag) => socket.write(Buffer.concat([say('!done', `=ret=${tag}`, `.tag=${tag}`), say('!done', `.tag=${tag}`)]));
    expect(await run()).toEqual({ rows: [], ret: '1' });
    await eventually(() => liar.sockets.size === 0);
    expect(await run()).toEqual({ rows: [], ret: '1' });
    expect(liar.connections).toBe(2);
  });

  it('is answered long after a time-out: never as the answer to the next command', async () => {
    await against({ connectionsPerRouter: 1, drainMs: 1000 });
    liar.command = (socket, tag, [command]) => {
      if (command === '/cancel') setTimeout(() => socket.write(Buffer.concat([say('!re', '=a=late', '.tag=1'), say('!done', '.tag=1'), say('!done', `.tag=${tag}`)])), 50);
      else if (tag !== '1') socket.write(Buffer.concat([say('!re', '=a=right', `.tag=${tag}`), say('!done', `.tag=${tag}`)]));
    }; // prettier-ignore
    expect((await failure({ timeoutMs: 50 })).code).toBe('timeout');
    expect((await run()).rows).toEqual([{ a: 'right' }]);
    expect(liar.connections).toBe(1);
  });

  it('does not stop when told to: the connection is given up', async () => {
    await against({ connectionsPerRouter: 1, drainMs: 50 });
    const flood: NodeJS.Timeout[] = [];
    liar.command = (socket, tag, [command]) => {
      if (command !== '/cancel' && flood.length === 0) flood.push(setInterval(() => socket.write(say('!re', '=a=b', `.tag=${tag}`)), 1));
      else if (command !== '/cancel') socket.write(say('!done', `.tag=${tag}`));
    };
    expect((await failure({ timeoutMs: 50 })).code).toBe('timeout');
    expect(await run()).toEqual({ rows: [] });
    expect(liar.connections).toBe(2);
    flood.forEach(clearInterval);
  });

  it('speaks before it is asked: a kept connection is dropped', async () => {
    await against();
    liar.command = (socket, tag) => socket.write(say('!done', `.tag=${tag}`));
    await run();
    for (const socket of liar.sockets) socket.write(say('!re', '=a=b', '.tag=9'));
    await eventually(() => liar.sockets.size === 0);
    expect(await run()).toEqual({ rows: [] });
  });

  it('has words nobody knows yet: what is known counts', async () => {
    await against();
    liar.command = (socket, tag) =>
      socket.write(Buffer.concat([say('!progress', '=percent=5', `.tag=${tag}`), say('!re', '=a=b', '.section=0', `.tag=${tag}`), say('!done', `.tag=${tag}`)]));
    expect((await run()).rows).toEqual([{ a: 'b' }]);
  }); // prettier-ignore

  it('names properties like parts of JavaScript', async () => {
    await against();
    liar.command = (socket, tag) => socket.write(Buffer.concat([say('!re', '=__proto__=x', '=constructor=y', '==z', '=flag', `.tag=${tag}`), say('!done', `.tag=${tag}`)]));
    const { rows } = await run();
    expect(Object.entries(rows[0]!)).toEqual([['__proto__', 'x'], ['constructor', 'y'], ['', 'z'], ['flag', '']]);
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  }); // prettier-ignore

  it('answers anything at all: every command ends in time, with an answer or an error', async () => {
    await against({ waitingPerRouter: 1000 });
    const fragment = fc.oneof(
      fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
      fc.constantFrom('!re', '!done', '!trap', '!fatal', '!empty').chain((word) => fc.constantFrom(say(word), say(word, '.tag=1'), say(word, '=a=b', '.tag=1'), say(word, '.tag=1').subarray(0, 5))),
    ); // prettier-ignore
    await fc.assert(
      fc.asyncProperty(fc.array(fragment, { maxLength: 6 }), fc.boolean(), async (fragments, hangUp) => {
        liar.command = (socket) => {
          for (const each of fragments) socket.write(each);
          if (hangUp) socket.end();
        };
        const outcome = await run({ timeoutMs: 30 }).catch((error: unknown) => error);
        if (outcome instanceof Error) expect(outcome).toBeInstanceOf(RouterApiError);
      }),
      { numRuns: 100 },
    );
    await eventually(() => liar.sockets.size <= 4);
  });

  it('accepts and never completes a thousand commands: nothing is left of them', async () => {
    await against({ connectionsPerRouter: 5, waitingPerRouter: 1000, drainMs: 20 });
    const all = await Promise.allSettled(Array.from({ length: 1000 }, () => run({ timeoutMs: 150 })));
    expect(new Set(all.map((each) => (each.status === 'rejected' ? (each.reason as RouterApiError).code : 'answered')))).toEqual(new Set(['timeout']));
    await eventually(() => liar.sockets.size === 0);
    expect(api.routers).toBe(0);
    // five, and those that were closed here and not noticed there yet
    expect(liar.mostAtOnce).toBeLessThanOrEqual(10);
  }); // prettier-ignore
});
