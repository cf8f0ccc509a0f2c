import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { issueServerCertificate, makeAuthority, OpenVpnServer, type TunnelGate } from '../../../src/engines/openvpn/index.js';
import { Random } from '../../../src/platform/crypto/index.js';
import { Ipv4Range } from '../../../src/platform/net/index.js';
import { eventually } from '../../support/eventually.js';
import { requireEngine, requireNetwork } from '../../support/engines.js';
import { type TestHost, TestNetwork } from '../../support/network.js';
import { RecordingLogger } from '../../support/recording-logger.js';
import { runFolder } from '../../support/test-run.js';
import { TunnelClient } from '../openvpn/support.js';
import { buildPortsProcess, PortsProcess, Sshd, type SshClient } from './support.js';

const OURS = '100.64.0.1';
const ROUTER = '100.64.0.2';
const HOUR = 3600;

const gate: TunnelGate = {
  admit: ({ username }) =>
    Promise.resolve(username === 'router-1' ? { allow: true, address: ROUTER } : { allow: false, reason: 'unknown' }),
  opened: () => undefined,
  closed: () => undefined,
  carried: () => undefined,
};

/** One management server with its OpenVPN, one router behind it, a person, a stranger, and a printer that knows no way back. */
requireNetwork('openvpn', 'nft', 'ping', 'sshd', 'ssh').describe('a temporary port, with real ssh through a real tunnel', () => {
  const path = process.env['PATH'];
  /** Before PATH leads to one that runs in the server's namespace. */
  const nft = requireEngine('nft').path!;
  let network: TestNetwork;
  let router: TestHost;
  let person: TestHost;
  let stranger: TestHost;
  let printer: TestHost;
  let server: OpenVpnServer;
  let client: TunnelClient;
  let sshd: Sshd;
  let ports: PortsProcess;
  let built: ReturnType<typeof buildPortsProcess>;
  let made = 0;

  beforeAll(async () => {
    built = buildPortsProcess();
    network = new TestNetwork();
    [router, person, stranger, printer] = [network.host(), network.host(), network.host(), network.host()];
    process.env['PATH'] = `${network.wrappers('openvpn', 'nft')}:${path}`;
    const authority = await makeAuthority('rosfleet tunnel', new Date());
    const certificate = await issueServerCertificate(authority, 'tunnel.example.net', new Date());
    server = new OpenVpnServer(
      {
        ...{ host: '0.0.0.0', port: 8443, device: 'rosfleet0', pool: Ipv4Range.parse('100.64.0.0/10'), address: OURS },
        ...{ folder: join(mkdtempSync(join(runFolder(), 'tunnel-')), 'tunnel'), authority: authority.certificate, certificate },
      },
      gate,
      () => undefined,
      new RecordingLogger(),
      new Random(),
    );
    await server.start();
    await eventually(() => server.status.state === 'running', { within: 20_000 });
    client = await TunnelClient.start(router, {
      ...{ username: 'router-1', password: 'x', ca: authority.certificate, port: 8443, name: 'tunnel.example.net' },
    }).up();
    sshd = await Sshd.start(router);
    ports = await PortsProcess.start(network, built.program, OURS, ROUTER);
  }, 90_000);
  afterAll(async () => {
    ports?.stop();
    sshd?.stop();
    await client?.stop();
    await server?.stop();
    process.env['PATH'] = path;
    await network?.remove();
    built?.remove();
  });

  const open = async (more: { cidr?: string; routerPort?: number; seconds?: number } = {}): Promise<{ id: string; port: number }> => {
    const opening = { id: `opening-${++made}`, port: 45_000 + made };
    await ports.tell({ do: 'open', ...opening, cidr: `${person.address}/32`, routerPort: 22, seconds: HOUR, ...more });
    return opening;
  };
  const ssh = (port: number, command: string, from = person): SshClient => sshd.client(from, TestNetwork.SERVER, port, command);
  const note = (id: string): Promise<Record<string, unknown>> =>
    eventually(async () => {
      const notes = await ports.tell<{ about: Record<string, unknown> }[]>({ do: 'notes' });
      return notes.map(({ about }) => about).find((about) => about['id'] === id);
    });

  it('takes a person to the router’s ssh, which sees our address in the tunnel and no other', async () => {
    const { id, port } = await open();
    const session = ssh(port, 'echo $SSH_CONNECTION; cat; exit 7');
    expect([await session.ended, session.complaint]).toEqual([7, '']);
    expect(session.output).toMatch(new RegExp(`^${OURS} \\d+ ${ROUTER} 22\n$`));
    await ports.tell({ do: 'end', id });
    expect(await note(id)).toMatchObject({ reason: 'revoked', connections: 1, refused: 0, bytes_in: expect.any(Number) });
  }, 60_000);

  it('turns a stranger away, and a person at another one’s port', async () => {
    const mine = await open();
    const theirs = await open({ cidr: `${stranger.address}/32` });
    for (const session of [ssh(mine.port, 'echo in', stranger), ssh(theirs.port, 'echo in')])
      expect([await session.ended, session.output]).toEqual([255, '']);
    const own = ssh(theirs.port, 'echo in', stranger);
    expect([await own.ended, own.output]).toEqual([0, 'in\n']);
    await ports.tell({ do: 'end', id: mine.id });
    expect(await note(mine.id)).toMatchObject({ connections: 0, refused: 1, bytes_in: 0, bytes_out: 0 });
  }, 60_000);

  it('is let in by a range, and by nothing just outside of it', async () => {
    const { port } = await open({ cidr: '198.18.0.0/16' });
    for (const from of [person, stranger]) expect(await ssh(port, 'true', from).ended).toBe(0);
    const next = await open({ cidr: '198.19.0.0/16' });
    expect(await ssh(next.port, 'true').ended).toBe(255);
  }, 60_000);

  it('carries much, whole', async () => {
    const { id, port } = await open();
    const session = ssh(port, 'head -c 20000000 /dev/zero');
    expect(await session.ended).toBe(0);
    expect(session.bytes).toBe(20_000_000);
    await ports.tell({ do: 'end', id });
    expect((await note(id))['bytes_out']).toBeGreaterThan(20_000_000);
  }, 90_000);

  it('revoked, cuts a session in the middle, at once', async () => {
    const { id, port } = await open();
    const session = ssh(port, 'echo begun; sleep 300');
    await eventually(() => session.output === 'begun\n');
    const began = performance.now();
    await ports.tell({ do: 'end', id });
    expect(await session.ended).toBe(255);
    expect(performance.now() - began).toBeLessThan(2000);
    expect(await ssh(port, 'true').ended).toBe(255);
  }, 60_000);

  it('cuts a session when its time is over, and lets nobody in after it', async () => {
    const { id, port } = await open({ seconds: 15 * 60 });
    const session = ssh(port, 'echo begun; sleep 300');
    await eventually(() => session.output === 'begun\n');
    await ports.tell({ do: 'advance', seconds: 14 * 60 });
    expect(await ssh(port, 'true').ended).toBe(0);
    await ports.tell({ do: 'advance', seconds: 60 });
    expect(await session.ended).toBe(255);
    expect(await ssh(port, 'true').ended).toBe(255);
    expect(await note(id)).toMatchObject({ connections: 2 });
  }, 60_000);

  it('leads on to what is behind the router, which needs no way back to us', async () => {
    // What the rendered rules do on RouterOS, in the words of this router.
    router.run('sh', '-c', 'echo 1 > /proc/sys/net/ipv4/ip_forward');
    for (const rule of [
      'add table ip nat',
      'add chain ip nat pre { type nat hook prerouting priority dstnat; }',
      'add chain ip nat post { type nat hook postrouting priority srcnat; }',
      `add rule ip nat pre ip saddr ${OURS} ip daddr ${ROUTER} tcp dport 61820 dnat to ${printer.address}:9100`,
      `add rule ip nat post ip saddr ${OURS} ip daddr ${printer.address} tcp dport 9100 masquerade`,
    ])
      router.run(nft, rule);
    printer.start(process.execPath, [
      '-e',
      `require('net').createServer((s) => s.end('you are ' + s.remoteAddress)).listen(9100, '0.0.0.0')`,
    ]);
    await eventually(() => printer.run('ss', '-ltn').includes(':9100'));
    const { id, port } = await open({ routerPort: 61_820 });
    const ask = `const s = require('net').connect(${port}, '${TestNetwork.SERVER}'); s.on('data', (d) => process.stdout.write(d)); s.on('error', () => process.exit(4));`;
    expect(person.run(process.execPath, '-e', ask)).toBe(`you are ${router.address}`);
    expect(() => stranger.run(process.execPath, '-e', `${ask} s.on('close', () => process.exit(s.bytesRead ? 0 : 5));`)).toThrow();
    await ports.tell({ do: 'end', id });
    expect(() => person.run(process.execPath, '-e', ask)).toThrow();
  }, 60_000);

  it('finds no way beside the tunnel', async () => {
    const { port } = await open();
    expect(await ssh(port, 'true').ended).toBe(0);
    await client.stop();
    await server.stop();
    // The same address, reachable without a tunnel: a connection from anywhere but our own address in it must not go there.
    router.run('ip', 'address', 'add', `${ROUTER}/32`, 'dev', 'lo');
    network.run('ip', 'route', 'add', `${ROUTER}/32`, 'via', router.address);
    expect(network.run('ping', '-c', '1', '-W', '2', ROUTER)).toMatch(/1 received/);
    expect(await ssh(port, 'true').ended).toBe(255);
  }, 60_000);
});
