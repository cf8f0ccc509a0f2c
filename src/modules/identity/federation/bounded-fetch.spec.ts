import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { boundedFetch, isUnreachable, Unreachable } from './bounded-fetch.js';

describe('asking a provider', () => {
  let server: Server;
  let base: string;

  beforeAll(async () => {
    server = createServer((request, response) => {
      if (request.url === '/moved') response.writeHead(302, { location: '/ok' }).end();
      else if (request.url === '/large') response.writeHead(200).end('x'.repeat(1_048_577));
      else if (request.url === '/slow') response.writeHead(200).write('x');
      else if (request.url === '/failing') response.writeHead(502).end();
      else if (request.url === '/refusing') response.writeHead(400).end('no');
      else response.writeHead(200, { 'content-type': 'application/json' }).end('{"a":1}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => void server.closeAllConnections());

  it('answers what it answered', async () => {
    expect(await (await boundedFetch(`${base}/ok`)).json()).toEqual({ a: 1 });
    const refusal = await boundedFetch(`${base}/refusing`);
    expect([refusal.status, await refusal.text()]).toEqual([400, 'no']);
  });

  it('is led nowhere else', async () => {
    expect((await boundedFetch(`${base}/moved`)).status).toBe(302);
  });

  it('reads no more than a megabyte, and waits no longer than it is told', async () => {
    await expect(boundedFetch(`${base}/large`)).rejects.toThrow(/more than 1048576 bytes/);
    await expect(boundedFetch(`${base}/slow`, { signal: AbortSignal.timeout(100) })).rejects.toThrow(Unreachable);
  });

  it('knows a provider that is down, however deep the error', async () => {
    const failing = await boundedFetch(`${base}/failing`).catch((error: unknown) => error);
    const closed = await boundedFetch('http://127.0.0.1:1/').catch((error: unknown) => error);
    for (const error of [failing, closed]) expect(isUnreachable(new Error('outer', { cause: error }))).toBe(true);
    expect(isUnreachable(new Error('other'))).toBe(false);
  });
});
