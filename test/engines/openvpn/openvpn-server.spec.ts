import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type CertifiedKey,
  issueServerCertificate,
  makeAuthority,
  obstacles,
  OpenVpnServer,
  type TunnelGate,
  type TunnelLogin,
  type TunnelServerOptions,
  type Verdict,
} from '../../../src/engines/openvpn/index.js';
import { DH_PARAMETERS, serverConfig } from '../../../src/engines/openvpn/server-config.js';
import { Random } from '../../../src/platform/crypto/index.js';
import { Ipv4Range } from '../../../src/platform/net/index.js';
import { eventually } from '../../support/eventually.js';
import { requireNetwork } from '../../support/engines.js';
import { type TestHost, TestNetwork } from '../../support/network.js';
import { RecordingLogger } from '../../support/recording-logger.js';
import { runFolder } from '../../support/test-run.js';
import { type ClientOptions, TunnelClient } from './support.js';

const HOST = 'tunnel.example.net';
const OURS = '100.64.0.1';

/** Users and their addresses; every password is `right`. Notes what it is told. */
class Gate implements TunnelGate {
  readonly users = new Map<string, string>();
  readonly logins: TunnelLogin[] = [];
  readonly events: string[] = [];
  readonly live = new Map<string, string>();
  readonly bytes = new Map<string, [number, number]>();
  judge: (login: TunnelLogin) => Promise<Verdict> = async ({ username, password }) => {
    const address = this.users.get(username);
    return address && password === 'right' ? { allow: true, address } : { allow: false, reason: 'no such pair' };
  };

  admit(login: TunnelLogin): Promise<Verdict> {
    this.logins.push(login);
    return this.judge(login);
  }
  opened({ connection, username, remoteAddress }: { connection: string; username: string; remoteAddress: string }): void {
    this.live.set(connection, username);
    this.events.push(`${username} from ${remoteAddress}`);
  }
  closed(connection: string, bytesIn: number, bytesOut: number): void {
    if (!this.live.has(connection)) return;
    this.events.push(`${this.live.get(connection)} left`);
    this.bytes.set(this.live.get(connection)!, [bytesIn, bytesOut]);
    this.live.delete(connection);
  }
  carried(connection: string, bytesIn: number, bytesOut: number): void {
    this.bytes.set(this.live.get(connection)!, [bytesIn, bytesOut]);
  }
  get users_(): string[] {
    return [...this.live.values()].sort();
  }
}

requireNetwork('openvpn', 'nft', 'ping').describe('the OpenVPN server', () => {
  const path = process.env['PATH'];
  const gate = new Gate();
  const logger = new RecordingLogger();
  let network: TestNetwork;
  let hosts: TestHost[];
  let authority: CertifiedKey;
  let options: TunnelServerOptions;
  let server: OpenVpnServer;
  let begins = 0;
  let clients: TunnelClient[] = [];

  const make = (): OpenVpnServer => new OpenVpnServer(options, gate, () => void begins++, logger, new Random());
  const running = (): Promise<unknown> => eventually(() => server.status.state === 'running', { within: 20_000 });
  const client = (host: number, username: string, more: Partial<ClientOptions> = {}): TunnelClient => {
    const started = TunnelClient.start(hosts[host]!, {
      ...{ username, password: 'right', ca: authority.certificate, port: options.port, name: HOST },
      ...more,
    });
    clients.push(started);
    return started;
  };

  beforeAll(async () => {
    network = new TestNetwork();
    hosts = [network.host(), network.host(), network.host()];
    process.env['PATH'] = `${network.wrappers('openvpn', 'nft')}:${path}`;
    authority = await makeAuthority('rosfleet tunnel', new Date());
    options = {
      ...{ host: '0.0.0.0', port: 8443, device: 'rosfleet0', pool: Ipv4Range.parse('100.64.0.0/10'), address: OURS },
      folder: join(mkdtempSync(join(runFolder(), 'tunnel-')), 'tunnel'),
      ...{ authority: authority.certificate, certificate: await issueServerCertificate(authority, HOST, new Date()) },
    };
    for (const n of [1, 2, 3]) gate.users.set(`router-${n}`, `100.64.0.${n + 1}`);
    server = make();
    await server.start();
    await running();
  }, 60_000);
  afterEach(async () => {
    await Promise.all(clients.map((c) => c.stop()));
    clients = [];
    await eventually(() => gate.live.size === 0);
  });
  afterAll(async () => {
    await server?.stop();
    process.env['PATH'] = path;
    await network?.remove();
  });

  it('gives a client the address that it was told, and pings go through', async () => {
    const router = await client(0, 'router-1').up();
    expect(router.address).toBe('100.64.0.2');
    expect(hosts[0]!.reaches(OURS)).toBe(true);
    expect(network.run('ping', '-c', '1', '-W', '2', '100.64.0.2')).toMatch(/1 received/);
    expect(gate.events.at(-1)).toBe(`router-1 from ${hosts[0]!.address}`);
    expect(gate.logins.at(-1)).toMatchObject({ username: 'router-1', password: 'right', remoteAddress: hosts[0]!.address });
    await router.stop();
    await eventually(() => gate.events.at(-1) === 'router-1 left');
    const [bytesIn, bytesOut] = gate.bytes.get('router-1')!;
    expect([bytesIn > 1000, bytesOut > 1000]).toEqual([true, true]);
  }, 60_000);

  it.each([
    ['AES-256-CBC with SHA256', []],
    ['AES-256-GCM with SHA256, as from RouterOS 7.17', ['--cipher', 'AES-256-GCM', '--data-ciphers', 'AES-256-GCM']],
    ['AES-128-GCM', ['--cipher', 'AES-128-GCM', '--data-ciphers', 'AES-128-GCM']],
    ['TLS 1.2 alone', ['--tls-version-max', '1.2']],
    [
      'a finite-field key exchange, without elliptic curves',
      ['--tls-version-max', '1.2', '--tls-cipher', 'TLS-DHE-RSA-WITH-AES-256-GCM-SHA384'],
    ],
    ['no pushed routes, as route-nopull', ['--route-nopull']],
  ])(
    'serves a client with %s',
    async (_name, more) => {
      await client(0, 'router-1', { more }).up();
      expect(hosts[0]!.reaches(OURS)).toBe(true);
    },
    60_000,
  );

  it('refuses a wrong password, an unknown user and hostile names, and tells nobody why', async () => {
    for (const login of [
      { username: 'router-1', password: 'wrong' },
      { username: 'nobody', password: 'right' },
      { username: 'router-1" \\ ;$(id) >CLIENT:ESTABLISHED,0', password: 'x"y\\z' },
      { username: 'ü'.repeat(40), password: 'right' },
    ]) {
      const refused = client(0, login.username, login);
      await refused.refused();
      expect(refused.lines.join('\n')).not.toMatch(/no such pair/);
      await refused.stop();
    }
    expect(gate.users_).toEqual([]);
    expect(logger.lines.filter((line) => line['reason'] === 'no such pair').length).toBeGreaterThanOrEqual(4);
  }, 90_000);

  it('refuses a client when it cannot be judged, or is given an address outside of the network', async () => {
    const usual = gate.judge;
    gate.judge = () => Promise.reject(new Error('the database is away'));
    await client(0, 'router-1').refused();
    gate.judge = async () => ({ allow: true, address: '10.0.0.1' });
    await client(1, 'router-1').refused();
    gate.judge = usual;
  }, 60_000);

  it('is known by its certificate: another authority or another name is not believed by routers', async () => {
    const other = await makeAuthority('somebody', new Date());
    const [stranger, elsewhere] = [client(0, 'router-1', { ca: other.certificate }), client(1, 'router-1', { name: 'other.example.net' })];
    await eventually(() => [stranger, elsewhere].every((c) => c.lines.some((l) => /VERIFY (X509NAME )?ERROR/.test(l))), { within: 20_000 });
    expect(gate.users_).toEqual([]);
  }, 60_000);

  it('lets clients reach neither each other nor anything else, also where the machine forwards', async () => {
    network.setting('ipv4/ip_forward', 1);
    const [one, two] = [client(0, 'router-1'), client(1, 'router-2')];
    await Promise.all([one.up(), two.up()]);
    expect([hosts[0]!.reaches(OURS), hosts[1]!.reaches(OURS)]).toEqual([true, true]);
    // A host that would answer, and an address of the server's machine that is not the one in the tunnel.
    hosts[2]!.run('ip', 'route', 'add', '100.64.0.0/10', 'via', TestNetwork.SERVER);
    network.run('ip', 'address', 'add', '203.0.113.1/24', 'dev', 'lo');
    const refused = ['100.64.0.3', hosts[2]!.address, '203.0.113.1'];
    for (const target of refused) {
      hosts[0]!.run('ip', 'route', 'replace', `${target}/32`, 'dev', 'tun0');
      expect([target, hosts[0]!.reaches(target)]).toEqual([target, false]);
      hosts[0]!.run('ip', 'route', 'delete', `${target}/32`, 'dev', 'tun0');
    }
    expect(hosts[2]!.reaches('100.64.0.2')).toBe(false); // nor anybody them
    // The same packets arrive once the rules are gone: it was they who stopped them.
    network.run('nft', 'delete', 'table', 'inet', 'rosfleet_rosfleet0');
    for (const target of refused) {
      hosts[0]!.run('ip', 'route', 'replace', `${target}/32`, 'dev', 'tun0');
      expect([target, hosts[0]!.reaches(target)]).toEqual([target, true]);
      hosts[0]!.run('ip', 'route', 'delete', `${target}/32`, 'dev', 'tun0');
    }
    network.run('ip', 'address', 'delete', '203.0.113.1/24', 'dev', 'lo');
    hosts[2]!.run('ip', 'route', 'delete', '100.64.0.0/10');
    network.setting('ipv4/ip_forward', 0);
    await server.stop();
    server = make();
    await server.start();
    await running();
    expect(network.run('nft', 'list', 'tables')).toContain('rosfleet_rosfleet0');
  }, 60_000);

  it('lets clients open no port of the machine, while we open theirs', async () => {
    await client(0, 'router-1').up();
    const listen = (port: number, address: string): string[] => [
      '-e',
      `require('net').createServer((s) => s.end('hello')).listen(${port}, '${address}')`,
    ];
    const dial = (port: number, address: string): string[] => [
      '-e',
      `const s = require('net').connect({ port: ${port}, host: '${address}' }); s.setTimeout(1500, () => process.exit(3)); s.on('error', () => process.exit(4)); s.on('data', (d) => { console.log(String(d)); process.exit(0); })`,
    ];
    network.start('node', listen(7000, '0.0.0.0'));
    hosts[0]!.start('node', listen(7000, '0.0.0.0'));
    await eventually(() => [network, hosts[0]!].every((where) => where.run('ss', '-ltn').includes(':7000')));
    expect(network.run('node', ...dial(7000, '100.64.0.2'))).toBe('hello\n');
    expect(() => hosts[0]!.run('node', ...dial(7000, OURS))).toThrow();
  }, 60_000);

  it('drops packets with a source that is not the client’s own', async () => {
    const one = await client(0, 'router-1').up();
    await client(1, 'router-2').up();
    one.host.run('ip', 'address', 'add', '100.64.0.3/32', 'dev', 'lo');
    one.host.run('ip', 'address', 'add', '192.0.2.99/32', 'dev', 'lo');
    expect(hosts[0]!.reaches(OURS)).toBe(true);
    for (const source of ['100.64.0.3', '192.0.2.99']) expect([source, hosts[0]!.reaches(OURS, ['-I', source])]).toEqual([source, false]);
    for (const source of ['100.64.0.3', '192.0.2.99']) one.host.run('ip', 'address', 'delete', `${source}/32`, 'dev', 'lo');
  }, 60_000);

  it('keeps the newer of two clients with the same credentials', async () => {
    const older = await client(0, 'router-1', { more: ['--connect-retry', '60', '60'] }).up();
    const newer = await client(1, 'router-1').up();
    await eventually(() => gate.live.size === 1 && gate.events.filter((e) => e === 'router-1 left').length > 0);
    expect(hosts[1]!.reaches(OURS)).toBe(true);
    expect(gate.events.filter((e) => e.startsWith('router-1 from')).at(-1)).toBe(`router-1 from ${hosts[1]!.address}`);
    expect(newer.isUp).toBe(true);
    await older.stop();
  }, 60_000);

  it('ends a connection when it is told to', async () => {
    const router = await client(0, 'router-1').up();
    const [connection] = [...gate.live.keys()];
    server.end('another-run/0'); // nobody's
    server.end(connection!);
    await eventually(() => gate.live.get(connection!) === undefined);
    await router.stop();
  }, 60_000);

  it('comes back after kill -9, with its clients at their addresses', async () => {
    const [one, two] = [client(0, 'router-1'), client(1, 'router-2')];
    await Promise.all([one.up(), two.up()]);
    const [pid, events, before] = [server.pid!, gate.events.length, server.status.restarts];
    process.kill(pid, 'SIGKILL');
    await eventually(() => gate.events.slice(events).filter((e) => e.endsWith(' left')).length === 2);
    await eventually(() => gate.users_.join() === 'router-1,router-2' && server.status.state === 'running', { within: 40_000 });
    expect([server.status.restarts, server.pid === pid]).toEqual([before + 1, false]);
    await eventually(() => hosts[0]!.reaches(OURS) && hosts[1]!.reaches(OURS));
    expect([one.address, two.address]).toEqual(['100.64.0.2', '100.64.0.3']);
  }, 90_000);

  it('is given another certificate while clients are connected; they come back by themselves', async () => {
    await client(0, 'router-1').up();
    const begun = begins;
    await server.renew(await issueServerCertificate(authority, HOST, new Date(Date.now() + 86_400_000)));
    await eventually(() => begins === begun + 1 && gate.users_.join() === 'router-1', { within: 40_000 });
    await eventually(() => hosts[0]!.reaches(OURS));
    expect(logger.lines.some((l) => /VERIFY ERROR/.test(String(l['line'])))).toBe(false);
  }, 60_000);

  it('keeps its keys in files of its own user, runs without root’s rights, and logs no password', async () => {
    for (const file of readdirSync(options.folder))
      expect([file, statSync(join(options.folder, file)).mode & 0o077]).toEqual([
        file,
        file === 'openvpn.pid' ? 0o044 : file === 'management.sock' ? expect.any(Number) : 0,
      ]);
    expect(statSync(options.folder).mode & 0o077).toBe(0);
    const [, uid] = /^Uid:\s+(\d+)/m.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'))!;
    expect(uid).not.toBe('0');
    const log = JSON.stringify(logger.lines);
    expect(log).not.toMatch(/"right"|password=|PRIVATE KEY/);
  });

  it('judges a client again when its keys are renewed, and ends it once it may not stay', async () => {
    const logins = gate.logins.length;
    const router = await client(0, 'router-1', { more: ['--reneg-sec', '2'] }).up();
    await eventually(() => gate.logins.length >= logins + 3, { within: 20_000 });
    expect(hosts[0]!.reaches(OURS)).toBe(true);
    const usual = gate.judge;
    gate.judge = async () => ({ allow: true, address: '100.64.0.77' }); // another address is another tunnel
    await eventually(() => gate.live.size === 0, { within: 20_000 });
    await router.stop();
    gate.judge = usual;
  }, 60_000);

  it('is ended and started again when it answers no more', async () => {
    const { pid } = server;
    process.kill(pid!, 'SIGSTOP');
    await eventually(() => server.pid !== pid && server.status.state === 'running', { within: 40_000 });
    await client(0, 'router-1').up();
  }, 60_000);

  it('leaves nothing behind', async () => {
    await server.stop();
    expect(server.status).toMatchObject({ state: 'stopped', clients: 0 });
    expect(readdirSync(options.folder)).toEqual([]);
    expect(network.run('nft', 'list', 'tables')).toBe('');
    expect(network.run('ip', 'link')).not.toContain('rosfleet0');
    server = make();
    await server.start();
    await running();
  }, 60_000);

  it('ends when the application is killed', async () => {
    const folder = mkdtempSync(join(runFolder(), 'killed-'));
    const socket = join(folder, 'management.sock');
    const { certificate, key } = options.certificate;
    const files = { 'authority.pem': authority.certificate, 'server.pem': certificate, 'server.key': key, 'dh.pem': DH_PARAMETERS };
    const config = serverConfig({ ...options, device: 'other0', port: 8444 }, socket, { dropPrivileges: true });
    for (const [name, text] of Object.entries({ ...files, 'server.conf': config }))
      writeFileSync(join(folder, name), text, { mode: 0o600 });
    // All that the application does until its end: it listens, and lets the daemon go on.
    const listen = `require('net').createServer((s) => s.once('data', () => s.write('hold release\\n'))).listen('${socket}', () => console.log('up'))`;
    const application = network.start('node', ['-e', listen]);
    await new Promise((done) => application.stdout!.once('data', done));
    const daemon = network.start('openvpn', ['--config', 'server.conf'], { cwd: folder });
    const gone = new Promise((done) => daemon.once('exit', done));
    await eventually(() => network.run('ip', 'link').includes('other0'));
    application.kill('SIGKILL');
    await gone;
    expect(network.run('ip', 'link')).not.toContain('other0');
  }, 30_000);

  it('ends a daemon that an earlier life left behind, and nobody else', async () => {
    await server.stop();
    // One of this folder that does not listen to SIGTERM, and a stranger that has its number by now.
    const deaf = ['-c', 'trap "" TERM; echo up; while :; do sleep 1; done', 'server.conf'];
    const stale = spawn('sh', deaf, { argv0: 'openvpn', stdio: ['ignore', 'pipe', 'ignore'] });
    await new Promise((done) => stale.stdout.once('data', done));
    const stranger = network.start('sleep', ['60']);
    const gone = new Promise((done) => stale.once('exit', done));
    for (const { pid } of [stale, stranger]) {
      writeFileSync(join(options.folder, 'openvpn.pid'), `${pid}\n`);
      server = make();
      await server.start();
      await running();
      if (pid !== stranger.pid) await server.stop();
    }
    await gone;
    expect(stranger.exitCode).toBeNull();
    stranger.kill();
  }, 60_000);

  it('says what keeps it from running', async () => {
    const elsewhere = process.env['PATH'];
    const folder = mkdtempSync(join(runFolder(), 'broken-'));
    writeFileSync(join(folder, 'nft'), '#!/bin/sh\necho "Operation not permitted (you must be root)" >&2\nexit 1\n', { mode: 0o755 });
    writeFileSync(join(folder, 'openvpn'), 'no program', { mode: 0o644 });
    try {
      process.env['PATH'] = `${folder}:${elsewhere}`;
      expect(await obstacles(options)).toEqual(['nft: Operation not permitted (you must be root)']);
      expect(await obstacles({ ...options, pool: Ipv4Range.parse('127.0.0.0/8') })).toContainEqual(
        expect.stringContaining('overlaps that of lo'),
      );
    } finally {
      process.env['PATH'] = elsewhere;
    }
    expect(await obstacles(options)).toEqual([]);
  });

  it('tells why it failed when its port is taken, and runs as soon as it is free', async () => {
    const squatter = network.start('node', ['-e', `require('net').createServer().listen(8555, '0.0.0.0')`]);
    await eventually(() => network.run('ss', '-ltn').includes(':8555'));
    const folder = join(mkdtempSync(join(runFolder(), 'tunnel-')), 'a folder whose path is longer than a socket may have', 'x'.repeat(60));
    const other = new OpenVpnServer({ ...options, folder, port: 8555, device: 'other1' }, gate, () => undefined, logger, new Random());
    await other.start();
    await eventually(() => other.status.state === 'failed');
    expect(other.status.lastFailure).toMatch(/8555.*Address already in use|Address already in use/);
    squatter.kill('SIGKILL');
    await eventually(() => other.status.state === 'running', { within: 30_000 });
    await other.stop();
  }, 60_000);
});
