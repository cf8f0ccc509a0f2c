import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { truncateSync } from 'node:fs';
import { connect } from 'node:net';
import ssh2 from 'ssh2';
import { SftpServer } from '../../../src/modules/backups/sftp/sftp-server.js';
import { Fleet, type Team } from '../../e2e/support/fleet.js';
import { exportOf, filesOf, type Leave, leaveFor, newSite, piece } from '../../support/backups.js';
import { requireEngine } from '../../support/engines.js';
import { eventually } from '../../support/eventually.js';
import { Client, OpenSsh } from './support.js';

const MEGABYTE = 1_048_576;
const LIMIT_MB = 8;
const EXPORT = exportOf('/system identity', 'set name="Büro"');

requireEngine('sftp').describe('uploads by OpenSSH’s own client', () => {
  let fleet: Fleet;
  let team: Team;
  let site: string;
  let leave: Leave;
  let openSsh: OpenSsh;
  const running: Client[] = [];

  beforeAll(async () => {
    fleet = await Fleet.start({ SFTP: 'on', SFTP_HOST: '127.0.0.1', SFTP_PORT: '0', BACKUP_MAX_MB: String(LIMIT_MB) });
    team = await fleet.team();
    openSsh = new OpenSsh(() => fleet.app.get(SftpServer).publicAddress!.port);
  }, 60_000);
  afterAll(() => fleet.stop());
  beforeEach(async () => {
    site = await newSite(fleet, team);
    leave = await leaveFor(fleet, team, site);
  });
  afterEach(() => {
    for (const { process } of running.splice(0)) process.kill('SIGKILL');
  });

  const sftp = (commands: string[], options: string[] = [], password = leave.password): Client => {
    const client = openSsh.sftp(site, password, commands, options);
    running.push(client);
    return client;
  };
  const put = (contents: string | Buffer, name = leave.name): string => `put ${openSsh.file(contents)} ${name}`;
  const health = async (): Promise<{ connections: number; uploadBytes: number; hostKeys: string[] }> => {
    const { body } = await fleet.http().get('/health').expect(200);
    return (body as { checks: { sftp: never } }).checks.sftp;
  };
  const quiet = (): Promise<boolean> =>
    eventually(async () => {
      const { connections, uploadBytes } = await health();
      return connections === 0 && uploadBytes === 0;
    });

  it('arrive, byte by byte, and are listed', async () => {
    expect(await sftp([put(EXPORT)]).ended).toMatchObject({ code: 0 });
    expect(await filesOf(team, site)).toEqual([leave.name]);
    const { body } = await team.owner.get(`/backup/${site}/${leave.name}`).set('X-Download', 'true').buffer(true).expect(200);
    expect(String(body)).toBe(EXPORT);
    await quiet();
  });

  it.each(['', '/', './', `SITE/`, '/SITE/'])('arrive under the path «%s» before the name', async (folder) => {
    const { code, said } = await sftp([put(EXPORT, folder.replace('SITE', site) + leave.name)]).ended;
    // ./ is no other place, but not the very name either; OpenSSH sends it as it was typed
    expect([code, said]).toEqual([folder === './' ? 1 : 0, expect.any(String)]);
  });

  it('arrive with times and modes, which a client may wish and we forget', async () => {
    expect(await sftp([put(EXPORT).replace('put ', 'put -p ')]).ended).toMatchObject({ code: 0 });
    expect(await filesOf(team, site)).toEqual([leave.name]);
  });

  it('need the password', async () => {
    const { code, said } = await sftp([put(EXPORT)], [], 'wrong').ended;
    expect([code, said]).toEqual([255, expect.stringContaining('Permission denied')]);
    // and a wrong one does not use it up
    expect((await sftp([put(EXPORT)]).ended).code).toBe(0);
  });

  it('need the user whose password it is', async () => {
    const other = await newSite(fleet, team);
    for (const user of [other, 'root', 'admin']) expect((await openSsh.sftp(user, leave.password, ['pwd']).ended).code).toBe(255);
  });

  it('use the password up, whether a file came or not', async () => {
    expect((await sftp(['pwd']).ended).code).toBe(0);
    expect((await sftp([put(EXPORT)]).ended).code).toBe(255);
    expect(await filesOf(team, site)).toEqual([]);
  });

  it('use it up once, however many try it at the same time', async () => {
    const tries = Array.from({ length: 5 }, () => sftp(['pwd']).ended);
    expect((await Promise.all(tries)).map(({ code }) => code).sort()).toEqual([0, 255, 255, 255, 255]);
  });

  it('end with the time of the password', async () => {
    await fleet.clock.advance(15 * 60_000);
    expect((await sftp([put(EXPORT)]).ended).code).toBe(255);
  });

  it.each([
    ['a path upwards', 'put FILE ../NAME'],
    ['a path upwards and back', 'put FILE ../SITE/NAME'],
    ['an absolute path elsewhere', 'put FILE /etc/cron.d/NAME'],
    ['another name', 'put FILE other.rsc'],
    ['another time', 'put FILE 1.rsc'],
    ['the folder of another site', 'put FILE /00000000-0000-4000-8000-000000000000/NAME'],
    ['a folder', 'mkdir folder'],
    ['a folder that goes', 'rmdir /'],
    ['a list', 'ls'],
    ['a list of the root', 'ls /'],
    ['a download', 'get NAME'],
    ['a download of the machine', 'get /etc/passwd'],
    ['a new name', 'rename NAME other.rsc'],
    ['a symbolic link', 'ln -s /etc/passwd NAME'],
    ['a hard link', 'ln /etc/passwd NAME'],
    ['a removal', 'rm NAME'],
    ['a mode of something else', 'chmod 777 /etc/passwd'],
    ['an owner of something else', 'chown 0 other'],
    ['room on a disk', 'df'],
  ])('allow nothing else: %s', async (_, command) => {
    const filled = command.replace('FILE', openSsh.file(EXPORT)).replaceAll('NAME', leave.name).replace('SITE', site);
    const { code, said } = await sftp([filled]).ended;
    expect(said).toMatch(/denied|nothing else|not found|no such|fail|support/i);
    if (command !== 'ls') expect(code).toBe(1); // which takes an unreadable folder for an empty one
    expect(await filesOf(team, site)).toEqual([]);
  });

  it('allow nothing after it either, and keep the first', async () => {
    const { said } = await sftp([
      put(EXPORT),
      `-${put(exportOf('/ip'))}`,
      `-put ${openSsh.file('x')} other.rsc`,
      `-get ${leave.name}`,
      '-ls',
    ]).ended;
    expect(said.match(/nothing else|Permission denied/gi)!.length).toBeGreaterThanOrEqual(3);
    const { text } = await team.owner.get(`/backup/${site}/${leave.name}`).set('X-View', 'true').expect(200);
    expect(text).toBe(EXPORT);
  });

  it.each([
    ['nothing', ''],
    ['no export', 'hello\n'],
    ['one that the router broke off', exportOf('#interrupted')],
    ['one that ends in the middle', exportOf('/ip address').slice(0, -4)],
    ['bytes that are no text', Buffer.from([0x23, 0x20, 0, 1, 2, 3])],
  ])('are refused when they are %s, and a better one may follow', async (_, contents) => {
    const refused = await sftp([put(contents)]).ended;
    expect([refused.code, await filesOf(team, site)]).toEqual([1, []]);
    await piece(fleet, leave.url, Buffer.from(EXPORT)).expect(200, 'complete');
    expect(await filesOf(team, site)).toEqual([leave.name]);
  });

  it('of 200 MB are refused at the limit, in little memory', async () => {
    const path = openSsh.file('');
    truncateSync(path, 200 * MEGABYTE);
    const before = process.memoryUsage().rss;
    let most = 0;
    const watch = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 5);
    const { code, said } = await sftp([`put ${path} ${leave.name}`]).ended;
    clearInterval(watch);
    expect([code, said]).toEqual([1, expect.stringMatching(/fail|at most/i)]);
    // The buffer is doubled, and what the socket brings meanwhile waits to be collected.
    expect((most - before) / MEGABYTE).toBeLessThan(8 * LIMIT_MB);
    expect(await filesOf(team, site)).toEqual([]);
    await quiet();
  }, 60_000);

  it('of exactly the limit are taken, and of one byte more are not', async () => {
    const lines = exportOf('/ip firewall address-list');
    const line = `add address=10.0.0.1 list=a\n`;
    const many = lines + line.repeat(Math.floor((LIMIT_MB * MEGABYTE - lines.length) / line.length));
    const exact = `${many}${'\n'.repeat(LIMIT_MB * MEGABYTE - many.length)}`;
    const more = await sftp([put(`${exact}\n`)]).ended;
    expect([more.code, await filesOf(team, site)]).toEqual([1, []]);
    leave = await leaveFor(fleet, team, site);
    expect((await sftp([put(exact)]).ended).code).toBe(0);
  }, 60_000);

  it('cut off in the middle leave nothing behind but a used password', async () => {
    const client = sftp([put(Buffer.from(EXPORT + '#'.repeat(4 * MEGABYTE)))]);
    await eventually(async () => (await health()).uploadBytes > 0, { every: 1 });
    client.process.kill('SIGKILL');
    await client.ended;
    await quiet();
    expect(await filesOf(team, site)).toEqual([]);
    expect((await sftp([put(EXPORT)]).ended).code).toBe(255);
    expect(await filesOf(team, site)).toEqual([]);
  });

  it('that stand still are ended, though the client holds on', async () => {
    const server = fleet.app.get(SftpServer);
    const { patience } = server;
    server.patience = { ...patience, idle: 1500 };
    const client = sftp([put(Buffer.from(EXPORT + '#'.repeat(6 * MEGABYTE)))]);
    await eventually(async () => (await health()).uploadBytes > 0, { every: 1 });
    client.process.kill('SIGSTOP');
    await quiet();
    client.process.kill('SIGCONT');
    expect((await client.ended).code).not.toBe(0);
    server.patience = patience;
  });

  it('that drip are ended when the time of the password is over', async () => {
    const server = fleet.app.get(SftpServer);
    const { patience } = server;
    server.patience = { ...patience, idle: 1000, whole: 3000 };
    const client = new ssh2.Client();
    let written = 0;
    const closed = new Promise<void>((done) => client.once('close', () => done()));
    client.on('error', () => undefined);
    client.on('ready', () =>
      client.sftp((_, sftp) =>
        sftp.open(leave.name, 'w', (_, handle) => {
          const drip = setInterval(() => sftp.write(handle, Buffer.from('#'), 0, 1, written++, () => undefined), 100);
          client.once('close', () => clearInterval(drip));
        }),
      ),
    );
    client.connect({ host: '127.0.0.1', port: server.publicAddress!.port, username: site, password: leave.password });
    await closed;
    expect(written).toBeGreaterThan(12); // it outlived the patience with silence
    await quiet();
    server.patience = patience;
  });

  it('make room for others when somebody connects and says nothing, or nothing but a greeting', async () => {
    const server = fleet.app.get(SftpServer);
    const { patience, publicAddress } = server;
    server.patience = { ...patience, signIn: 500 };
    const mute = connect({ port: publicAddress!.port, host: '127.0.0.1', allowHalfOpen: true });
    const greeter = connect({ port: publicAddress!.port, host: '127.0.0.1', allowHalfOpen: true });
    greeter.write('SSH-2.0-test\r\n');
    for (const socket of [mute, greeter]) socket.on('error', () => undefined);
    await eventually(async () => (await health()).connections === 2);
    await quiet();
    for (const socket of [mute, greeter]) socket.destroy();
    server.patience = patience;
  });

  it('survive whoever talks nonsense', async () => {
    const { port } = fleet.app.get(SftpServer).publicAddress!;
    for (const words of ['GET / HTTP/1.1\r\n\r\n', 'SSH-2.0-x\r\n\0\0\0\0\0\0', 'SSH-1.5-old\r\n', '\xff'.repeat(5000)]) {
      const socket = connect(port, '127.0.0.1');
      socket.on('error', () => undefined);
      socket.write(words, 'latin1');
      socket.resume();
      await new Promise((closed) => {
        socket.once('close', closed);
        setTimeout(() => socket.destroy(), 300);
      });
    }
    expect((await sftp([put(EXPORT)]).ended).code).toBe(0);
  });

  it.each([
    ['a command', ['id']],
    ['a shell', ['-T']],
    ['a terminal', ['-tt']],
    ['another subsystem', ['-s', 'netconf']],
    ['a way through to elsewhere', ['-W', '127.0.0.1:22']],
    ['a port here', ['-N', '-R', '0:127.0.0.1:22', '-o', 'ExitOnForwardFailure=yes']],
  ])('are all that ssh gets here: not %s', async (_, args) => {
    const client = openSsh.ssh(site, leave.password, args);
    running.push(client);
    client.process.stdin!.end();
    const { code, said } = await client.ended;
    expect([code, said]).toEqual([expect.any(Number), expect.stringMatching(/fail|refused|denied|prohibited|allowed/i)]);
    expect(code).not.toBe(0);
  });

  it('know the server by the same keys after a restart, and in another process', async () => {
    expect((await sftp([put(EXPORT)]).ended).code).toBe(0);
    const { hostKeys } = await health();
    expect(hostKeys).toEqual([expect.stringMatching(/^SHA256:/), expect.stringMatching(/^SHA256:/)]);
    await fleet.crash();
    await fleet.startApp();
    expect((await health()).hostKeys).toEqual(hostKeys);
    leave = await leaveFor(fleet, team, site);
    expect((await sftp(['pwd'], ['StrictHostKeyChecking=yes']).ended).code).toBe(0);
    leave = await leaveFor(fleet, team, site);
    expect((await sftp(['pwd'], ['StrictHostKeyChecking=yes', 'HostKeyAlgorithms=rsa-sha2-256']).ended).code).toBe(255); // not learnt yet
    leave = await leaveFor(fleet, team, site);
    const sibling = await fleet.sibling();
    const { port } = sibling.app.get(SftpServer).publicAddress!;
    const other = new OpenSsh(() => port);
    expect((await other.sftp(site, leave.password, [put(exportOf('/ip'))]).ended).code).toBe(0);
    expect((await sibling.http.get('/health')).body.checks.sftp.hostKeys).toEqual(hostKeys);
    expect(await filesOf(team, site)).toHaveLength(2);
    await sibling.app.close();
  }, 60_000);

  it('come fifty at once', async () => {
    const sites = await Promise.all(Array.from({ length: 50 }, (_, i) => newSite(fleet, team, `Shop ${i}`)));
    const leaves = await Promise.all(sites.map((site) => leaveFor(fleet, team, site)));
    const path = openSsh.file(EXPORT + '# a comment\n'.repeat(20_000));
    const clients = leaves.map(({ site, password, name }) => openSsh.sftp(site, password, [`put ${path} ${name}`]));
    running.push(...clients);
    expect((await Promise.all(clients.map(({ ended }) => ended))).map(({ code }) => code)).toEqual(leaves.map(() => 0));
    for (const { site, name } of leaves) expect(await filesOf(team, site)).toEqual([name]);
    await quiet();
  }, 120_000);
});
