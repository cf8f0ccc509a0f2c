import { afterEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../../../../test/support/eventually.js';
import { type ForwardOptions, TcpForward } from './tcp-forward.js';

const MB = 1 << 20;

describe('a TCP forward', () => {
  const closing: (() => unknown)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });

  /** A server for the target's side. */
  async function target(serve: (socket: Socket) => void, allowHalfOpen = true): Promise<number> {
    const sockets = new Set<Socket>();
    const server: Server = createServer({ allowHalfOpen }, (socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
      serve(socket);
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    closing.push(() => {
      for (const socket of sockets) socket.destroy();
      server.close();
    });
    return (server.address() as { port: number }).port;
  }

  async function forward(port: number, more: Partial<ForwardOptions> = {}): Promise<TcpForward> {
    const opened = await TcpForward.open({
      ...{ host: '127.0.0.1', port: 0, allows: () => true, mostConnections: 1000, connectMs: 2000, idleMs: 60_000, halfOpenIdleMs: 60_000 },
      dial: () => Promise.resolve(connect({ host: '127.0.0.1', port, allowHalfOpen: true })),
      ...more,
    });
    closing.push(() => opened.close());
    return opened;
  }

  async function client(to: TcpForward): Promise<Socket> {
    const socket = connect({ host: '127.0.0.1', port: to.port, allowHalfOpen: true }).on('error', () => undefined);
    closing.push(() => socket.destroy());
    await once(socket, 'connect');
    return socket;
  }

  /** What comes until the other side ends; what was read so far when it breaks off. */
  const all = (socket: Socket): Promise<string> =>
    new Promise((done) => {
      let text = '';
      socket.on('data', (chunk) => (text += String(chunk)));
      for (const end of ['end', 'close']) socket.once(end, () => done(text));
    });
  const closed = (socket: Socket): Promise<void> => new Promise((done) => socket.once('close', () => done()));

  it('carries bytes both ways, and an end of one side while the other one goes on', async () => {
    const port = await target((socket) => {
      void all(socket).then((question) => setTimeout(() => socket.end(`you said ${question}`), 50));
    });
    const to = await forward(port);
    const socket = await client(to);
    socket.end('hello');
    expect(await all(socket)).toBe('you said hello');
    await eventually(() => to.open === 0);
    expect(to.total()).toEqual({ connections: 1, refused: 0, bytesIn: 5, bytesOut: 14 });
  });

  it('lets the target speak first and keeps what a client says before the target is there', async () => {
    const port = await target((socket) => {
      socket.write('SSH-2.0\n');
      socket.once('data', (data) => socket.end(data));
    });
    const to = await forward(port, {
      dial: async () => {
        await sleep(100);
        return connect({ host: '127.0.0.1', port, allowHalfOpen: true });
      },
    });
    const socket = await client(to);
    socket.end('early');
    expect(await all(socket)).toBe('SSH-2.0\nearly');
  });

  it('holds a fast sender back while a slow reader does not read, and loses nothing', async () => {
    const size = 64 * MB;
    let written = 0;
    const port = await target((socket) => {
      const block = Buffer.alloc(MB, 7);
      const more = (): void => {
        while (written < size) {
          written += MB;
          if (!socket.write(block)) return void socket.once('drain', more);
        }
        socket.end();
      };
      more();
    });
    const to = await forward(port);
    const socket = await client(to);
    socket.pause();
    await sleep(500);
    const before = process.memoryUsage().rss;
    expect(written).toBeLessThan(40 * MB); // buffers of the kernel on two connections, and no more
    await sleep(500);
    expect(process.memoryUsage().rss - before).toBeLessThan(20 * MB);
    let read = 0;
    socket.on('data', (chunk: Buffer) => (read += chunk.length)).resume();
    await once(socket, 'end');
    expect(read).toBe(size);
    socket.end();
    await eventually(() => to.open === 0);
    expect(to.total().bytesOut).toBe(size);
  }, 30_000);

  it('breaks the other half of a connection that was reset, in both directions', async () => {
    const sockets: Socket[] = [];
    const port = await target((socket) => void sockets.push(socket.resume()));
    const to = await forward(port);
    const one = await client(to);
    await eventually(() => sockets.length === 1);
    const broken = closed(sockets[0]!);
    one.resetAndDestroy();
    await broken;
    const two = await client(to);
    two.resume();
    await eventually(() => sockets.length === 2);
    const gone = closed(two);
    sockets[1]!.resetAndDestroy();
    await gone;
    await eventually(() => to.open === 0);
  });

  it('closes a refused source at once and counts it; nobody is dialled', async () => {
    let dialled = 0;
    const seen: [string, number][] = [];
    const to = await forward(1, {
      allows: (address) => (seen.push([address, seen.length]), false),
      dial: () => Promise.reject(new Error(`dialled ${++dialled}`)),
    });
    for (let i = 0; i < 3; i++) expect(await all(await client(to))).toBe('');
    expect(seen.map(([address]) => address)).toEqual(['127.0.0.1', '127.0.0.1', '127.0.0.1']);
    expect(to.total()).toEqual({ connections: 0, refused: 3, bytesIn: 0, bytesOut: 0 });
    expect(dialled).toBe(0);
  });

  it('takes so many at a time and no more', async () => {
    const port = await target((socket) => void socket.resume());
    const to = await forward(port, { mostConnections: 2 });
    const [one] = [await client(to), await client(to)];
    expect(await all(await client(to))).toBe('');
    expect(to.total()).toMatchObject({ connections: 2, refused: 1 });
    one.resetAndDestroy();
    await eventually(() => to.open === 1);
    await client(to);
    await eventually(() => to.open === 2);
  });

  it('gives up a target that refuses, does not answer in time, or cannot be named', async () => {
    const errors: string[] = [];
    const unreachable = (error: Error): number => errors.push(error.message);
    const refusing = await forward(1, { unreachable });
    expect(await all(await client(refusing))).toBe('');
    const silent = await forward(1, { unreachable, connectMs: 100, dial: () => new Promise(() => undefined) });
    expect(await all(await client(silent))).toBe('');
    const nowhere = await forward(1, { unreachable, dial: () => Promise.reject(new Error('no tunnel')) });
    expect(await all(await client(nowhere))).toBe('');
    expect(errors).toEqual([expect.stringContaining('ECONNREFUSED'), 'The target did not answer in time.', 'no tunnel']);
    await eventually(() => refusing.open + silent.open + nowhere.open === 0);
  });

  it('cuts open connections when it is closed, and frees the port', async () => {
    const sockets: Socket[] = [];
    const port = await target((socket) => void sockets.push(socket.resume()));
    const to = await forward(port);
    const socket = await client(to);
    socket.resume().write('x');
    await eventually(() => sockets.length === 1 && sockets[0]!.bytesRead === 1);
    const both = Promise.all([closed(socket), closed(sockets[0]!)]);
    const used = to.port;
    await to.close();
    await both;
    expect(to.total()).toMatchObject({ connections: 1, bytesIn: 1 });
    const again = await forward(port, { port: used });
    expect(again.port).toBe(used);
  });

  it('cuts a connection on which nothing moves, sooner when one side has ended', async () => {
    const port = await target((socket) => void socket.resume());
    const idle = await forward(port, { idleMs: 150 });
    const quick = await forward(port, { halfOpenIdleMs: 150 });
    const one = (await client(idle)).resume();
    const two = (await client(quick)).resume();
    two.end();
    await eventually(() => one.destroyed && two.destroyed && idle.open + quick.open === 0);
  });

  it('rejects when the port is taken', async () => {
    const to = await forward(1);
    await expect(forward(1, { port: to.port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  it('carries 500 connections at once', async () => {
    const port = await target((socket) => void socket.pipe(socket));
    const to = await forward(port);
    const sockets = await Promise.all(Array.from({ length: 500 }, () => client(to)));
    const answers = await Promise.all(
      sockets.map(async (socket, i) => {
        const text = `${i} ${'x'.repeat(20_000)}`;
        socket.end(text);
        return (await all(socket)) === text;
      }),
    );
    expect(answers.every(Boolean)).toBe(true);
    await eventually(() => to.open === 0);
    expect(to.total().connections).toBe(500);
  }, 30_000);
});
