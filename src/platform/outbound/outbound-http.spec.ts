import { afterEach, describe, expect, it } from '@jest/globals';
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';
import { readSettings } from '../../config/index.js';
import type { Database } from '../database/index.js';
import { LOOPBACK_CERTIFICATE as cert, LOOPBACK_KEY as key } from '../../../test/support/loopback-certificate.js';
import { OutboundFailed, OutboundHttp, OutboundRefused } from './outbound-http.js';
import { Resolver } from './resolver.js';

/** Says of each name what the next of its answers is, the last one for ever. */
class TaleTeller extends Resolver {
  readonly asked: string[] = [];
  constructor(private readonly tales: Record<string, string[][]>) {
    super();
  }
  override resolve(host: string): Promise<string[]> {
    this.asked.push(host);
    const tale = this.tales[host];
    if (!tale) return Promise.reject(new Error(`getaddrinfo ENOTFOUND ${host}`));
    return Promise.resolve(tale.length > 1 ? tale.shift()! : tale[0]!);
  }
}

const closers: (() => void)[] = [];
afterEach(() => closers.splice(0).forEach((close) => close()));

const DATABASE = 'postgres://rosfleet@127.0.0.2:5499/rosfleet';
function outbound(tales: Record<string, string[][]>, env: NodeJS.ProcessEnv = {}): { http: OutboundHttp; resolver: TaleTeller } {
  const resolver = new TaleTeller(tales);
  const db = { dataSource: { options: { url: DATABASE } } } as unknown as Database;
  return { resolver, http: new OutboundHttp(resolver, readSettings({ WEBHOOK_HTTP: 'true', ...env }), db) };
}

/** A receiver on a loopback address that notes what arrives. */
async function receiver(address: string, port = 0, answer: Parameters<typeof createServer>[1] = (_q, s) => void s.writeHead(204).end()) {
  const got: { url: string; headers: Record<string, unknown>; body: string }[] = [];
  const server: Server = createServer((request, response) => {
    let body = '';
    request.on('data', (part: Buffer) => (body += part.toString()));
    request.on('end', () => {
      got.push({ url: request.url!, headers: request.headers, body });
      answer(request, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(port, address, resolve));
  closers.push(() => (server.closeAllConnections(), server.close()));
  return { got, port: (server.address() as AddressInfo).port };
}

const HERE = { WEBHOOK_ALLOW: '127.0.0.2/32' };

describe('a call to an address that a user named', () => {
  it('arrives whole at the address that was checked', async () => {
    const { got, port } = await receiver('127.0.0.2');
    const { http } = outbound({ 'hooks.example': [['127.0.0.2']] }, HERE);
    expect(await http.post(`http://hooks.example:${port}/in?x=1`, '{"é":1}', { 'content-type': 'application/json', 'x-a': 'b' })).toBe(204);
    expect(got).toEqual([
      { url: '/in?x=1', body: '{"é":1}', headers: expect.objectContaining({ host: `hooks.example:${port}`, 'x-a': 'b' }) },
    ]);
  });

  it('goes where the name led when it was checked, though it leads elsewhere a moment later', async () => {
    const good = await receiver('127.0.0.2');
    const victim = await receiver('127.0.0.1', good.port);
    const { http, resolver } = outbound({ 'rebind.example': [['127.0.0.2'], ['127.0.0.1']] }, HERE);
    await http.post(`http://rebind.example:${good.port}/`, '{}', {});
    expect([good.got.length, victim.got.length, resolver.asked]).toEqual([1, 0, ['rebind.example']]);
    await expect(http.post(`http://rebind.example:${good.port}/`, '{}', {})).rejects.toThrow(OutboundRefused);
    expect(victim.got).toEqual([]);
  });

  it('is not made when one of the addresses of a name is not public', async () => {
    const { got, port } = await receiver('127.0.0.2');
    const { http } = outbound({ 'both.example': [['127.0.0.2', '127.0.0.1']] }, HERE);
    await expect(http.post(`http://both.example:${port}/`, '{}', {})).rejects.toThrow('127.0.0.1, which is a loopback address');
    expect(got).toEqual([]);
  });

  it.each([
    ...['http://127.0.0.1/', 'http://2130706433/', 'http://0x7f000001/', 'http://0177.0.0.1/', 'http://127.1/', 'http://0/'],
    ...[
      'http://[::1]/',
      'http://[::ffff:127.0.0.1]/',
      'http://[::ffff:7f00:1]/',
      'http://[64:ff9b::a9fe:a9fe]/',
      'http://169.254.169.254/latest/',
    ],
    ...['http://10.0.0.1/', 'http://①②⑦.⓪.⓪.①/', 'http://[fe80::1]/', 'http://100.64.0.1:8728/'],
  ])('is not made to %s', async (url) => {
    const { http, resolver } = outbound({});
    expect(http.problem(url)).toMatch(/^leads to/);
    await expect(http.post(url, '{}', {})).rejects.toThrow(OutboundRefused);
    expect(resolver.asked).toEqual([]);
  });

  it.each([
    ['ftp://hooks.example/', 'is no URL'],
    ['hooks.example', 'is no URL'],
    ['https://', 'is no URL'],
    ['https://a:b@hooks.example/', 'user name or password'],
    ['https://hooks.example/#x', 'fragment'],
    ['https://hooks.example/ x', 'is no URL'],
    ['https://localhost/', 'no name on the internet'],
    ['https://a.localhost./', 'no name on the internet'],
    ['https://intranet/', 'no name on the internet'],
    ['https://intranet./', 'no name on the internet'],
  ])('is refused as %s', (url, why) => expect(outbound({}).http.problem(url)).toContain(why));

  it('is refused when its URL is longer than any', () =>
    expect(outbound({}).http.problem(`https://hooks.example/${'x'.repeat(3000)}`)).toContain('2048'));

  it('is made over TLS only, unless the operator says otherwise, and to nobody whose certificate is not in order', async () => {
    expect(outbound({}, { WEBHOOK_HTTP: 'false' }).http.problem('http://hooks.example/')).toContain('https://');
    let heard = 0;
    const server = createTlsServer({ key, cert }, (_q, s) => (heard++, s.end()));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.2', resolve));
    closers.push(() => (server.closeAllConnections(), server.close()));
    const { http } = outbound({ 'hooks.example': [['127.0.0.2']] }, HERE);
    const call = http.post(`https://hooks.example:${(server.address() as AddressInfo).port}/`, '{}', {});
    await expect(call).rejects.toThrow(OutboundFailed);
    await expect(call).rejects.toThrow(/certificate/);
    expect(heard).toBe(0);
  });

  it('never follows a redirect, wherever it leads', async () => {
    const inside = await receiver('127.0.0.1');
    const targets = ['http://169.254.169.254/latest/meta-data', `http://127.0.0.1:${inside.port}/`];
    const { port } = await receiver('127.0.0.2', 0, (request, response) => {
      response.writeHead(307, { location: targets[Number(request.url!.slice(1))]! }).end();
    });
    const { http } = outbound({ 'hooks.example': [['127.0.0.2']] }, HERE);
    for (const n of targets.keys()) expect(await http.post(`http://hooks.example:${port}/${n}`, '{}', {})).toBe(307);
    expect(inside.got).toEqual([]);
  });

  it('reads no more than the head of an answer without an end', async () => {
    let sockets = 0;
    const { port } = await receiver('127.0.0.2', 0, (_request, response) => {
      response.writeHead(200);
      const more = setInterval(() => response.write('x'.repeat(65_536)), 1);
      response.on('close', () => (clearInterval(more), sockets++));
    });
    const { http } = outbound({ 'hooks.example': [['127.0.0.2']] }, HERE);
    expect(await http.post(`http://hooks.example:${port}/`, '{}', {})).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(sockets).toBe(1); // the connection was closed
  });

  it('ends after ten seconds though a receiver sends a byte now and then, or its name is never found', async () => {
    const open: Socket[] = [];
    const server = createTcpServer((socket) => {
      open.push(socket);
      socket.on('error', () => undefined).write('HTTP/1.1 200 OK\r\nx: ');
      const drip = setInterval(() => socket.write('a'), 200);
      socket.on('close', () => clearInterval(drip));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.2', resolve));
    closers.push(() => (open.forEach((socket) => socket.destroy()), server.close()));
    const { http, resolver } = outbound({ 'slow.example': [['127.0.0.2']] }, HERE);
    const drip = http.post(`http://slow.example:${(server.address() as AddressInfo).port}/`, '{}', {});
    resolver.resolve = () => new Promise(() => undefined);
    const nowhere = http.post('http://nowhere.example/', '{}', {});
    await expect(drip).rejects.toThrow('did not answer within 10 s');
    await expect(nowhere).rejects.toThrow('did not answer within 10 s');
  }, 15_000);

  it('says why nobody was reached', async () => {
    const { http } = outbound({ 'closed.example': [['127.0.0.2']] }, HERE);
    await expect(http.post('http://closed.example:1/', '{}', {})).rejects.toThrow(/ECONNREFUSED/);
    await expect(http.post('http://unknown.example/', '{}', {})).rejects.toThrow(/ENOTFOUND/);
    await expect(http.post('http://unknown.example/', '{}', {})).rejects.toBeInstanceOf(OutboundFailed);
  });

  it('never reaches our own database, though its network is allowed', async () => {
    const { http } = outbound({ 'hooks.example': [['127.0.0.2']] }, { WEBHOOK_ALLOW: '127.0.0.0/8,hooks.example' });
    await expect(http.post('http://hooks.example:5499/', '{}', {})).rejects.toThrow('a service of this server itself');
    await expect(http.post('http://127.0.0.2:5499/', '{}', {})).rejects.toThrow('a service of this server itself');
  });
});
