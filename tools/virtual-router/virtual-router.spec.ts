import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { RealClock, RouterStopped, VirtualClock, VirtualRouter, type RouterOptions } from './index.js';

const fresh = (options: RouterOptions = {}): { router: VirtualRouter; clock: VirtualClock } => {
  const clock = new VirtualClock('2026-01-01T00:00:00Z');
  return { clock, router: new VirtualRouter({ model: 'RB5009UG+S+', serial: 'HG1', version: '7.16.2', clock, ...options }) };
};

describe('the terminal', () => {
  it('runs each line, and an error stops only its own', async () => {
    const { router } = fresh();
    expect(await router.paste(':put 1; :put 2\nnonsense\n:put 3\n:error broken\n:put "ä"')).toBe(
      '1\n2\nbad command name nonsense (line 1 column 1)\n3\nbroken\nä\n',
    );
  });

  it('keeps the menu and the globals, not the locals', async () => {
    const { router } = fresh();
    expect(
      await router.paste('/system identity\nset name=x\n:global g 5\n:local l 6\n/\n:put $g\n:put $l\n:put [/system identity get name]'),
    ).toBe('5\nundeclared variable l (line 1 column 6)\nx\n');
  });

  it('waits for open brackets, quotes and joined lines', async () => {
    const { router } = fresh();
    expect(await router.paste('{\n  :local a 1\n  :put $a\n}\n:put \\\n  2\n# a comment with an odd " and {\n:put "two\nlines"')).toBe(
      '1\n2\ntwo\nlines\n',
    );
  });

  it('runs a bootstrap line as documented: fetch to a file, import, remove', async () => {
    const script =
      '/system scheduler add name=poll interval=30s start-date=2026-01-01 start-time=00:00:00 on-event="/tool fetch url=http://cp.example/poll output=none"\n:put adopted\n';
    const { router, clock } = fresh({
      http: (request) => Promise.resolve({ status: 200, body: request.url.endsWith('/poll') ? '' : script }),
    });
    router.start();
    const shown = await router.paste(
      ':do {/tool fetch url="http://cp.example/t0ken" dst-path=boot.rsc; /import boot.rsc; /file remove boot.rsc} on-error={:put "failed"}',
    );
    expect(shown).toContain('adopted\nScript file loaded and executed successfully\n');
    expect(router.items('/file')).toEqual([]);
    await clock.advance(90_000);
    expect(router.requests.filter((request) => request.url.endsWith('/poll'))).toHaveLength(3);
    expect(router.failures).toEqual([]);
  });
});

describe('/import', () => {
  it('wraps errors, at parse time and at run time, and both can be caught', async () => {
    const { router } = fresh();
    router.files.put('bad.rsc', ':put 1\n/ip adress print\n');
    router.files.put('fails.rsc', ':put 1\n:error oops\n');
    const caught = async (script: string): Promise<string> => (await router.run(`:onerror e in={${script}} do={:put $e}`)).output;
    expect(await caught('/import bad.rsc')).toBe('Script Error: bad command name adress (line 2 column 5)\n');
    expect(await caught('/import file-name=fails.rsc')).toBe('1\nScript Error: oops\n');
    expect(await caught('/import nosuch.rsc')).toBe('cannot open script file\n');
  });

  it('only checks on a dry run', async () => {
    const { router } = fresh();
    router.files.put('x.rsc', '/system identity set name=changed');
    await router.run('/import x.rsc verbose=yes dry-run');
    expect(router.item('/system/identity')).toMatchObject({ name: 'MikroTik' });
  });
});

describe('power', () => {
  it('a reboot kills what runs, forgets globals, keeps configuration and files, and restarts uptime', async () => {
    const { router, clock } = fresh();
    router.start();
    router.files.put('flash/keep.txt', 'kept');
    await router.run(':global g 1; /system identity set name=kept; :execute {:delay 10s; :log info never}');
    await clock.advance(5000);
    router.reboot();
    await clock.advance(60_000);
    expect(router.environment).toEqual({});
    expect(router.item('/system/identity')).toMatchObject({ name: 'kept' });
    expect(router.files.toRecord()).toEqual({ 'flash/keep.txt': 'kept' });
    expect(router.log.some((entry) => entry.message === 'never')).toBe(false);
    expect((await router.run(':put [/system resource get uptime]')).output).toBe('00:01:00\n');
  });

  it('ends the script that asked for the reboot', async () => {
    const { router } = fresh();
    await expect(router.run('/system reboot; :log info never')).rejects.toThrow(RouterStopped);
    expect(router.log.some((entry) => entry.message === 'never')).toBe(false);
  });

  it('does nothing while it is off', async () => {
    const { router, clock } = fresh();
    router.start();
    await router.run('/system scheduler add name=x interval=10s start-date=2026-01-01 start-time=00:00:00 on-event=":log info tick"');
    router.powerOff();
    await clock.advance(60_000);
    expect(router.log).toEqual([]);
    router.powerOn();
    await clock.advance(20_000);
    expect(router.log.filter((entry) => entry.message === 'tick')).toHaveLength(2);
  });
});

describe('logging', () => {
  it.each([
    ['', ['a', 'b', 'c'], ['info', 'warning', 'error']],
    ['/system logging disable [find topics=info]', ['b', 'c'], ['warning', 'error']],
    ['/system logging add topics=script,!info action=disk', ['a', 'b', 'c'], ['info', 'warning', 'error']],
    ['/system logging set [find] topics=script,!warning', ['a', 'c', 'd'], ['info', 'error', 'debug']],
  ])('%j keeps %j', async (rules, messages, levels) => {
    const { router } = fresh();
    await router.run(`${rules}\n:log info a; :log warning b; /log error c; :log debug d`);
    expect(router.log.map((entry) => entry.message)).toEqual(messages);
    expect(router.log.map((entry) => entry.topics[1])).toEqual(levels);
    expect((await router.run(':put [:len [/log find where topics~"script"]]')).output).toBe(`${messages.length}\n`);
  });
});

describe('files', () => {
  it('are listed, read, written and removed', async () => {
    const { router } = fresh({ version: '7.22.3' });
    const { output } = await router.run(
      '/file add name=a.txt contents="one"; /file set a.txt contents="two"; :put [/file get a.txt contents]; :put [/file get a.txt size]; :put ([/file read file=a.txt offset=1 chunk-size=2 as-value]->"data"); :put [:len [/file find name=a.txt]]; /file remove a.txt; :put [:len [/file find]]',
    );
    expect(output).toBe('two\n3\nwo\n1\n0\n');
  });

  it('give no contents past 60 KB', async () => {
    const { router } = fresh();
    router.files.put('big', 'x'.repeat(61 * 1024));
    expect((await router.run(':put [:len [/file get big contents]]; :put [/file get big size]')).output).toBe(`0\n${61 * 1024}\n`);
  });
});

describe('scripts and the environment', () => {
  it("runs stored scripts, by name, with their output where the caller's goes", async () => {
    const { router } = fresh();
    await router.run('/system script add name=hello source=":put hi"');
    expect((await router.run('/system script run hello')).output).toBe('hi\n');
    await expect(router.run('/system script run nosuch')).rejects.toThrow('no such item');
  });

  it('shows globals and forgets removed ones', async () => {
    const { router } = fresh();
    await router.run(':global a 1; :global b "x"; /system script environment remove [find name=a]');
    expect(router.environment).toEqual({ b: 'x' });
  });

  it('runs :execute in the background, and its error reaches only the log', async () => {
    const { router, clock } = fresh();
    expect((await router.run(':do {:execute ":delay 1s; :error late"; :put went-on} on-error={:put caught}')).output).toBe('went-on\n');
    await clock.advance(2000);
    expect(router.log.at(-1)).toMatchObject({ topics: ['script', 'error'], message: 'executing script failed: late' });
  });
});

describe('real time and real HTTP', () => {
  it('talks to a server and sleeps', async () => {
    const server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => response.writeHead(request.url === '/missing' ? 404 : 200).end(`got ${request.method} ${body}`));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      const router = new VirtualRouter({ clock: new RealClock() });
      const { output } = await router.run(
        `:delay 10ms; :put ([/tool fetch url="${base}/a" http-method=put http-data=x output=user as-value]->"data"); :onerror e in={/tool fetch url="${base}/missing" output=none} do={:put $e}`,
      );
      expect(output).toBe('got PUT x\nfailure: Status 404, Not Found\n');
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});

describe('a fleet', () => {
  it('of a thousand routers polls on one clock', async () => {
    const clock = new VirtualClock('2026-01-01T00:00:00Z');
    let polls = 0;
    const http = () => Promise.resolve({ status: 200, body: ++polls % 10 === 0 ? ':log info job' : '' });
    const routers = Array.from(
      { length: 1000 },
      (_, i) => new VirtualRouter({ serial: `S${i}`, version: '7.16.2', clock, http, random: () => 0.5 }),
    );
    for (const router of routers) {
      router.start();
      await router.run(
        '/system scheduler add name=poll interval=30s start-date=2026-01-01 start-time=00:00:00 on-event={:local r [/tool fetch url="http://cp/poll" http-method=post http-data="u=$[/system resource get uptime]" output=user as-value]; :local d ($r->"data"); :if ([:len $d] > 0) do={[[:parse $d]]}}',
      );
    }
    await clock.advance(90_000);
    expect(polls).toBe(3000);
    expect(routers.flatMap((router) => router.failures)).toEqual([]);
    expect(routers.reduce((sum, router) => sum + router.log.filter((entry) => entry.message === 'job').length, 0)).toBe(300);
  });
});
