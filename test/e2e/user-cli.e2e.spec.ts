import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { VirtualRouter } from '../../tools/virtual-router/index.js';
import { eventually } from '../support/eventually.js';
import { runFolder } from '../support/test-run.js';
import { Fleet, type Team } from './support/fleet.js';

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

const out = `node_modules/.cache/rosfleet-cli-${process.pid}`;
let home: string;
let fleet: Fleet;
let team: Team;
let router: VirtualRouter;
let site: string;

beforeAll(async () => {
  const swc = createRequire(import.meta.url).resolve('@swc/cli/bin/swc.js');
  execFileSync(process.execPath, [swc, 'src/cli', 'src/platform/crypto/base62.ts', '-d', out, '--quiet', '--ignore', '**/*.spec.ts']);
  writeFileSync(join(out, 'package.json'), '{"type":"module","version":"0"}'); // below node_modules ours does not count
  home = mkdtempSync(join(runFolder(), 'home-'));
  fleet = await Fleet.start();
  team = await fleet.team();
  ({ router, site } = await fleet.rested(team, { identity: 'Zürich «1»' }));
}, 120_000);
afterAll(async () => {
  await fleet?.stop();
  rmSync(out, { recursive: true, force: true });
});

/** Runs the command line as somebody's shell would; `running` gets the process. */
function cli(
  args: string[],
  { env = {}, input = '', running = (_child: ReturnType<typeof spawn>): void => undefined, as = team.owner.token } = {},
): Promise<Ended> {
  const given: NodeJS.ProcessEnv = {
    PATH: process.env['PATH'],
    XDG_CONFIG_HOME: home,
    ROSFLEET_SERVER: fleet.url,
    ROSFLEET_TOKEN: as,
    ...env,
  };
  const child = spawn(process.execPath, [join(out, 'src/cli/main.js'), ...args], { env: given, cwd: process.cwd() });
  running(child);
  child.stdin.end(input);
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk) => (stdout += String(chunk)));
  child.stderr.on('data', (chunk) => (stderr += String(chunk)));
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, out: stdout, err: stderr })));
}
const json = async (...args: string[]): Promise<unknown> => JSON.parse((await ok(...args, '--json')).out);
const ok = async (...args: string[]): Promise<Ended> => {
  const ended = await cli(args);
  expect(ended).toMatchObject({ code: 0, err: '' });
  return ended;
};
/** While a command waits for routers, time passes for them. */
const whilePassing = async (seconds: number, command: Promise<Ended>): Promise<Ended> => {
  await eventually(async () => (await fleet.sql(`SELECT FROM job WHERE state = 'pending'`)).length > 0);
  await fleet.pass(seconds);
  return command;
};

describe('rosfleet sites', () => {
  it('lists the sites for people', async () => {
    const { body } = await team.owner.post('/site', { name: '東京 office' }).expect(201);
    const lines = (await ok('sites')).out.trimEnd().split('\n');
    expect(lines[0]).toMatch(/^NAME +STATE +VERSION +MODEL +LAST SEEN +ID$/);
    expect(lines[1]).toMatch(new RegExp(`online +7\\.22\\.3 \\(stable\\) +RB5009UG\\+S\\+ +\\S.* +${site}$`));
    expect(lines[2]).toMatch(new RegExp(`^東京 office +pending +${String((body as { id: string }).id)}$`));
    expect((await ok('sites', '--search', 'RB5009')).out.trimEnd().split('\n')).toHaveLength(2);
    await team.owner.delete(`/site/${String((body as { id: string }).id)}`).expect(204);
  });

  it('lists them for programs, and those that are offline alone', async () => {
    expect(await json('sites')).toEqual([
      {
        ...{
          id: site,
          name: expect.any(String),
          state: 'online',
          software_version: '7.22.3 (stable)',
          model: 'RB5009UG+S+',
          serial_number: expect.any(String),
        },
        ...{
          identity: 'Zürich «1»',
          address: null,
          last_seen_at: expect.any(String),
          last_seen_from: '127.0.0.1',
          created_at: expect.any(String),
        },
      },
    ]);
    expect(await json('sites', '--offline')).toEqual([]);
    expect((await cli(['sites', '--offline'])).err).toBe('No site is like that.\n');
  });

  it('shows one', async () => {
    const { out: text } = await ok('sites', 'show', site);
    expect(text).toMatch(/^Name +\S/);
    expect(text).toMatch(/Identity +Zürich «1»/);
    expect(await json('sites', 'show', site)).toMatchObject({ id: site });
  });

  it('walks all pages of a large fleet', async () => {
    const many = await fleet.team();
    await fleet.sql(
      `INSERT INTO site (id, team_id, pid, name, device_generation, facts, created_at, updated_at)
       SELECT gen_random_uuid(), $1, 'site_' || n, 'Shop ' || n, 0, '{}', now(), now() FROM generate_series(1, 1203) n`,
      [many.teamId],
    );
    const { out: text } = await cli(['sites', '--json'], { as: many.owner.token });
    expect(new Set((JSON.parse(text) as { name: string }[]).map(({ name }) => name)).size).toBe(1203);
  });
});

describe('rosfleet run', () => {
  it('queues a script and says which job it is', async () => {
    const { out: text } = await ok('run', site, ':put queued');
    expect(text).toMatch(/^SITE +STATE +JOB +REASON\n.* pending +[0-9a-f-]{36}\n$/);
    await fleet.pass(31);
  });

  it('waits for the end, from a file, with a description in any script', async () => {
    const file = join(home, 'note.rsc');
    writeFileSync(file, '# a note\n/system note set note="hello"\n');
    const ended = await whilePassing(31, cli(['run', site, '--file', file, '--wait', '--description', 'Grüße 東京', '--json']));
    expect(ended).toMatchObject({ code: 0, err: '' });
    expect(JSON.parse(ended.out)).toEqual([
      {
        site: { id: site, name: expect.any(String) },
        job: expect.objectContaining({ state: 'done', description: 'Grüße 東京' }),
        problem: null,
      },
    ]);
    expect(router.item('/system/note')).toMatchObject({ note: 'hello' });
  });

  it('reads the script from standard input', async () => {
    await cli(['run', site, '--file', '-', '--express'], { input: '/system note set note="from a pipe"' });
    await fleet.pass(31);
    expect(router.item('/system/note')).toMatchObject({ note: 'from a pipe' });
  });

  it('ends with 1 when a job failed, and says why', async () => {
    const ended = await whilePassing(31, cli(['run', site, '/ip address add address=10.0.0.1/24 interface=nowhere', '--wait']));
    expect(ended.code).toBe(1);
    expect(ended.out).toMatch(/ failed .*(nowhere|interface)/);
    expect(ended.err).toMatch(/0 of 1 ended\./);
  });

  it('asks before it runs on more than one site, and then runs on all', async () => {
    const { router: second } = await fleet.rested(team, { identity: 'second' });
    const refused = await cli(['run', '--all', ':put x']);
    expect(refused).toMatchObject({ code: 2, out: '' });
    expect(refused.err).toMatch(/would go to 2 sites .* say --yes/);
    const ended = await whilePassing(31, cli(['run', '--all', '/system note set note="everywhere"', '--yes', '--wait']));
    expect(ended.code).toBe(0);
    expect(ended.out.match(/ done /g)).toHaveLength(2);
    for (const each of [router, second]) expect(each.item('/system/note')).toMatchObject({ note: 'everywhere' });
    await second.stop();
  });

  it('gives up waiting when it is told to, and the job stays', async () => {
    router.network.down = true;
    const ended = await cli(['run', site, ':put patience', '--wait', '--timeout', '1']);
    expect(ended.code).toBe(1);
    expect(ended.out).toMatch(/Not ended within 1 s; the job stays pending/);
  });

  it('ends cleanly on Ctrl-C, says what is queued, and cancels nothing', async () => {
    const ended = await cli(['run', site, ':put still', '--wait'], {
      running: (child) => void child.stderr!.once('data', () => child.kill('SIGINT')),
    });
    expect(ended.code).toBe(130);
    expect(ended.out).toMatch(/ pending +[0-9a-f-]{36}/);
    expect(ended.err).toMatch(/\nrosfleet: interrupted\.\n$/);
    router.network.down = false;
    await fleet.pass(70);
    const list = (await team.owner.get(`/site/${site}/job?per_page=2`).expect(200)).body as { state: string }[];
    expect(list.map(({ state }) => state)).toEqual(['done', 'done']);
  });

  it('says what the server has against it, once', async () => {
    const ended = await cli(['run', '--all', 'x', '--yes']);
    expect(ended).toMatchObject({ code: 1, out: '' });
    expect(ended.err).toBe('rosfleet: script must be RouterOS script of 3 to 10000 characters, sent as the body\n');
  });
});

describe('rosfleet jobs', () => {
  it('lists the jobs of a site, newest first', async () => {
    const { out: text } = await ok('jobs', site, '--limit', '3');
    const lines = text.trimEnd().split('\n');
    expect(lines).toHaveLength(4);
    expect(lines[0]).toMatch(/^CREATED +STATE +DESCRIPTION +ID/);
    expect(lines[1]).toMatch(/^2026-01-01 .* done +:put still +[0-9a-f-]{36}/);
    expect(await json('jobs', site, '--limit', '1')).toEqual([
      expect.objectContaining({ site_id: site, state: 'done', failure_reason: null }),
    ]);
  });

  it('shows one by id or token, with its steps', async () => {
    const [{ id, token }] = (await json('jobs', site, '--limit', '1')) as [{ id: string; token: string }];
    const { out: text } = await ok('jobs', 'show', site, token);
    expect(text).toMatch(/^Job +:put still\n/);
    for (const step of ['Job created: :put still', 'The router downloaded the script.', 'ran to its end']) expect(text).toContain(step);
    expect(await json('jobs', 'show', site, id)).toMatchObject({
      id,
      script: ':put still',
      steps: expect.arrayContaining([{ at: expect.any(String), message: expect.any(String) }]),
    });
    const limited = await fleet.credential(team.teamId, team.owner.userId, ['site:view', 'job:view']);
    expect(JSON.parse((await cli(['jobs', 'show', site, id, '--json'], { as: limited.token })).out)).toMatchObject({ id, steps: null });
  });
});

describe('rosfleet login', () => {
  const without = { ROSFLEET_SERVER: '', ROSFLEET_TOKEN: '' };
  it('notes a server and a credential that work, for their owner alone', async () => {
    const noted = await cli(['login', `${fleet.url}/`], { env: { ...without }, input: `${team.owner.token}\n` });
    const file = join(home, 'rosfleet/login.json');
    expect(noted).toEqual({ code: 0, out: `${file} written.\n`, err: '' });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect((await cli(['sites', '--json'], { env: without })).code).toBe(0);
    // The credential goes to no other server.
    const elsewhere = await cli(['sites', '--server', 'http://127.0.0.1:1'], { env: without });
    expect(elsewhere).toMatchObject({ code: 2, err: expect.stringMatching(/There is no credential for http:\/\/127\.0\.0\.1:1/) });
  });

  it('notes nothing that does not work', async () => {
    const before = readFileSync(join(home, 'rosfleet/login.json'), 'utf8');
    const refused = await cli(['login', fleet.url], { env: without, input: 'wrong\n' });
    expect(refused).toMatchObject({ code: 1, err: expect.stringMatching(/does not know this credential/) });
    expect((await cli(['login', fleet.url], { env: without })).err).toBe('rosfleet: No credential was given.\n');
    expect(readFileSync(join(home, 'rosfleet/login.json'), 'utf8')).toBe(before);
  });

  it('forgets', async () => {
    expect((await cli(['login', '--forget'], { env: without })).code).toBe(0);
    expect(existsSync(join(home, 'rosfleet/login.json'))).toBe(false);
    expect(await cli(['sites'], { env: without })).toMatchObject({
      code: 2,
      err: expect.stringMatching(/Where is the server\?.*rosfleet login/),
    });
  });

  it('says when its file is damaged', async () => {
    writeFileSync(join(home, 'rosfleet/login.json'), '{');
    expect((await cli(['sites'], { env: without })).err).toMatch(/login\.json is damaged; `rosfleet login` writes it anew\.\n$/);
    await cli(['login', '--forget'], { env: without });
  });
});

describe('what goes wrong', () => {
  it.each<[string, string[], NodeJS.ProcessEnv, number, RegExp]>([
    [
      'no server there',
      ['sites'],
      { ROSFLEET_SERVER: 'http://127.0.0.1:10007' },
      1,
      /^rosfleet: http:\/\/127\.0\.0\.1:10007 does not answer: nothing listens there\.\n$/,
    ],
    ['a URL that is none', ['sites'], { ROSFLEET_SERVER: 'fleet' }, 2, /«fleet» is not the URL of a server/],
    ['a wrong credential', ['sites'], { ROSFLEET_TOKEN: 'x' }, 1, /does not know this credential/],
    ['a site that is none', ['jobs', 'Atlantis'], {}, 1, /There is no site «Atlantis»/],
    ['a job that is none', ['jobs', 'show', 'SITE', 'x'], {}, 1, /^rosfleet: .+\n$/],
    ['an action that is none', ['sites', 'paint'], {}, 2, /knows one action: show/],
    ['no site', ['jobs'], {}, 2, /jobs needs a site/],
    ['no script', ['run'], {}, 2, /run needs a script/],
    ['only one of both', ['run', 'x'], {}, 2, /run needs a site, or --all/],
    ['a file that is not there', ['run', 'SITE', '--file', '/nowhere.rsc'], {}, 1, /There is no file \/nowhere\.rsc/],
    ['sites and all', ['run', 'SITE', ':put 1', '--all'], {}, 2, /not both/],
    ['a timeout for nothing', ['run', 'SITE', ':put 1', '--timeout', '5'], {}, 2, /goes with --wait/],
    ['an unknown option', ['sites', '--ofline'], {}, 2, /Did you mean --offline\?/],
  ])('%s is told in a line, with the exit code that fits', async (_what, args, env, code, message) => {
    const ended = await cli(
      args.map((arg) => (arg === 'SITE' ? site : arg)),
      { env },
    );
    expect(ended).toMatchObject({ code, out: '', err: expect.stringMatching(message) });
    expect(ended.err).not.toMatch(/\n {4}at /);
  });

  it.each(['login', 'sites', 'jobs', 'run', 'backup'])('%s explains itself', async (name) => {
    const { out: text } = await ok(name, '--help');
    expect(text).toMatch(new RegExp(`^usage: rosfleet ${name} `));
    if (name !== 'login') expect(text).toMatch(/--server URL[\s\S]*--token TOKEN[\s\S]*--help/);
  });
});

/** The operations of contract/backups.yaml, and what is asked of them. */
describe('rosfleet backup', () => {
  const ID = '0190a0a0-0000-7000-8000-000000000001';
  const FILES = ['1767225700.rsc', '1767225600.rsc'].map((filename) => ({ filename, size: '3.1KB', date: '2026-01-01', time: '00:00:00' }));
  const asked: string[] = [];
  let standIn: Server;
  let files: typeof FILES;

  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const { method, url = '', headers } = request;
    const switches = ['x-view', 'x-download', 'x-highlight'].filter((name) => headers[name] === 'true').join();
    asked.push([method, url, switches].filter(Boolean).join(' '));
    const send = (status: number, body: unknown): void =>
      void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    const text = (body: string): void => void response.writeHead(200, { 'content-type': 'text/plain' }).end(body);
    if (headers.authorization !== 'Bearer secret')
      return send(401, { type: 'authentication_error', code: 'unauthenticated', message: 'no' });
    if (url.startsWith('/sites?')) return send(200, [{ id: ID, name: 'Oslo', state: 'online' }]);
    const rest = url.replace(`/backup/${ID}/`, '');
    if (rest === '') return method === 'POST' ? send(202, { message: 'Backup requested' }) : send(200, files);
    const names = rest.split('/');
    if (names.some((name) => !files.some(({ filename }) => filename === name)))
      return send(404, { type: 'x', code: 'backup_not_found', message: 'There is no such backup.' });
    if (names.length === 2) return text(`--- ${names[0]!}\n+++ ${names[1]!}\n@@ -1 +1 @@\n`);
    if (switches) return text(`# ${switches} of ${rest}\n`);
    send(200, { ...files.find(({ filename }) => filename === rest), content: '# export' });
  };

  beforeAll(async () => {
    standIn = createServer(answer);
    await new Promise<void>((resolve) => standIn.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => void standIn.close());

  const backup = async (...args: string[]): Promise<Ended & { asked: string[] }> => {
    files = FILES;
    return rest(args);
  };
  const rest = async (args: string[]): Promise<Ended & { asked: string[] }> => {
    asked.length = 0;
    const { port } = standIn.address() as AddressInfo;
    const ended = await cli(['backup', ...args], { env: { ROSFLEET_SERVER: `http://127.0.0.1:${port}`, ROSFLEET_TOKEN: 'secret' } });
    return { ...ended, asked: asked.filter((line) => !line.includes('/sites?')) };
  };

  it('lists, with the time that the name tells', async () => {
    const { out: text, asked } = await backup('oslo');
    expect(asked).toEqual([`GET /backup/${ID}/`]);
    expect(text).toMatch(/^FILE +TAKEN +SIZE\n1767225700\.rsc +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d +3\.1KB\n/);
    expect(JSON.parse((await backup('oslo', 'list', '--json')).out)).toEqual([
      { filename: '1767225700.rsc', taken_at: '2026-01-01T00:01:40.000Z', size: '3.1KB' },
      { filename: '1767225600.rsc', taken_at: '2026-01-01T00:00:00.000Z', size: '3.1KB' },
    ]);
  });

  it('asks for a fresh one', async () => {
    const { code, out: text, asked } = await backup('oslo', 'request');
    expect([code, asked]).toEqual([0, [`POST /backup/${ID}/`]]);
    expect(text).toMatch(/^Backup requested: /);
  });

  it('shows one as it is, the latest unless told otherwise', async () => {
    expect(await backup('oslo', 'show', '1767225600')).toMatchObject({
      out: '# x-view of 1767225600.rsc\n',
      asked: [`GET /backup/${ID}/1767225600.rsc x-view`],
    });
    expect((await backup('oslo', 'show')).out).toBe('# x-view of 1767225700.rsc\n');
    expect(JSON.parse((await backup('oslo', 'show', 'previous', '--json')).out)).toEqual({
      ...{ filename: '1767225600.rsc', taken_at: '2026-01-01T00:00:00.000Z', size: '3.1KB', content: '# export' },
    });
  });

  it('compares two, the previous with the latest unless told otherwise', async () => {
    expect((await backup('oslo', 'diff')).out).toMatch(/^--- 1767225600\.rsc\n\+\+\+ 1767225700\.rsc\n@@/);
    const { asked } = await backup('oslo', 'diff', '1767225700.rsc', '1767225600.rsc');
    expect(asked).toEqual([`GET /backup/${ID}/1767225700.rsc/1767225600.rsc`]);
  });

  it('downloads, and overwrites nothing unasked', async () => {
    const target = join(home, 'oslo.rsc');
    const { code, asked } = await backup('oslo', 'download', 'latest', '--output', target);
    expect([code, asked.at(-1)]).toEqual([0, `GET /backup/${ID}/1767225700.rsc x-download`]);
    expect(readFileSync(target, 'utf8')).toBe('# x-download of 1767225700.rsc\n');
    expect(statSync(target).mode & 0o777).toBe(0o600);
    expect(await backup('oslo', 'download', '--output', target)).toMatchObject({
      code: 1,
      err: expect.stringMatching(/is there already; --force/),
    });
    expect((await backup('oslo', 'download', 'previous', '--output', target, '--force')).code).toBe(0);
    expect(readFileSync(target, 'utf8')).toContain('1767225600');
    expect((await backup('oslo', 'download', '--output', '-')).out).toBe('# x-download of 1767225700.rsc\n');
  });

  it('says what is not there, or makes no sense', async () => {
    expect(await backup('oslo', 'show', '1')).toMatchObject({ code: 1, err: 'rosfleet: There is no such backup.\n' });
    expect(await backup('oslo', 'show', '../x')).toMatchObject({ code: 2, err: expect.stringMatching(/«\.\.\/x» is no backup/) });
    expect(await backup('oslo', 'paint')).toMatchObject({
      code: 2,
      err: expect.stringMatching(/knows list, request, show, diff, download/),
    });
    expect((await backup('oslo', 'diff', 'latest')).code).toBe(2);
    expect((await backup('oslo', 'list', 'x')).code).toBe(2);
    files = [];
    expect(await rest(['oslo'])).toMatchObject({ code: 0, err: expect.stringMatching(/Oslo has no backup yet/) });
    expect(await rest(['oslo', 'show'])).toMatchObject({ code: 1, err: 'rosfleet: Oslo has no backup yet.\n' });
    files = FILES.slice(0, 1);
    expect(await rest(['oslo', 'diff'])).toMatchObject({ code: 1, err: 'rosfleet: Oslo has no previous backup yet.\n' });
  });
});

describe('rosfleet backup, against a server and a router', () => {
  const fresh = async (): Promise<void> => {
    expect(await cli(['backup', site, 'request'])).toMatchObject({ code: 0, out: expect.stringContaining('when the router has polled') });
    await fleet.pass(65);
  };

  it('asks for backups, lists them, compares them and downloads one', async () => {
    await fresh();
    await router.run('/ip dns set servers=192.0.2.53');
    await fresh();
    const files = (await json('backup', site, 'list')) as { filename: string; taken_at: string }[];
    expect(files).toHaveLength(2);
    expect((await ok('backup', site, 'diff')).out).toMatch(/^\+.*servers=192\.0\.2\.53/m);
    const text = (await ok('backup', site, 'show', files[0]!.filename)).out;
    expect(text).toContain('servers=192.0.2.53');
    expect((await ok('backup', site, 'show', 'previous')).out).not.toContain('192.0.2.53');
    const target = join(home, 'newest.rsc');
    await ok('backup', site, 'download', '--output', target);
    expect(readFileSync(target, 'utf8')).toBe(text);
  });
});
