import { describe, expect, it } from '@jest/globals';
import { VirtualClock, VirtualRouter } from '../../../tools/virtual-router/index.js';
import { printJob, renderJob, type JobInput } from './index.js';

const job = (payload: string, more: Partial<JobInput> = {}): string => {
  const input: JobInput = {
    link: { baseUrl: 'https://fleet.example.net', checkCertificate: true },
    version: '7.24',
    token: 'Job1',
    busyUrl: 'https://fleet.example.net/job?status=busy&signature=1',
    doneUrl: 'https://fleet.example.net/job?status=done&signature=2',
    failUrl: 'https://fleet.example.net/job?status=fail&signature=3',
    payload,
    remaining: 0,
    ...more,
  };
  const rendered = renderJob(input).toString();
  for (const time of ['first', 'second']) expect([time, printJob(input)]).toEqual([time, rendered]);
  return rendered;
};

interface Report {
  readonly status: string;
  readonly method: string;
  readonly reason?: string;
}

/** A router that runs scripts as the poll does, in the background, and the reports that reach the server. */
function working({ version = '7.24', lost = {} }: { version?: string; lost?: Record<string, number> } = {}) {
  const reports: Report[] = [];
  const left = { ...lost };
  const clock = new VirtualClock();
  const router = new VirtualRouter({
    clock,
    version,
    http: ({ method, url, body }) => {
      const status = new URL(url).searchParams.get('status') ?? '';
      left[status] = (left[status] ?? 0) - 1;
      if (left[status] >= 0) return Promise.reject(Object.assign(new Error('gone'), { code: 'ETIMEDOUT' }));
      reports.push({ status, method, ...(body ? { reason: body.toString('utf8') } : {}) });
      return Promise.resolve({ status: 200, body: '' });
    },
  });
  const run = async (text: string): Promise<void> => {
    router.jobs.start('poll', Buffer.from(text, 'utf8').toString('latin1'), () => undefined);
    await clock.advance(120_000);
    expect(router.failures).toEqual([]);
  };
  return { router, reports, run, statuses: () => reports.map((report) => report.status) };
}

describe('a job on a router', () => {
  it('does its work and reports busy, then done', async () => {
    const { router, reports, run } = working();
    await run(job('/ip firewall address-list add list=blocked address=192.0.2.1'));
    expect(reports).toEqual([
      { status: 'busy', method: 'GET' },
      { status: 'done', method: 'GET' },
    ]);
    expect(router.item('/ip/firewall/address-list')).toMatchObject({ list: 'blocked', address: '192.0.2.1' });
    expect(router.log.at(-1)?.message).toBe('Job Job1 finished. Remaining: 0');
  });

  it('that fails reports fail with RouterOS’s words', async () => {
    const { reports, run } = working();
    await run(job(':local n 3; :error "disk \\"full\\" $n; שלום"'));
    expect(reports[1]).toEqual({ status: 'fail', method: 'POST', reason: expect.stringContaining('disk "full" 3; שלום') });
  });

  it('that fails on 7.12 reports fail without words', async () => {
    const { reports, run } = working({ version: '7.12.1' });
    await run(job(':error "x"', { version: '7.12.1' }));
    expect(reports[1]).toEqual({ status: 'fail', method: 'GET' });
  });

  it.each(['{', ':put "', '/ip no-such-menu add x=1', ':if (', '}', '"];', '} on-error={}'])(
    'that does not parse reports fail: %s',
    async (payload) => {
      const { router, run, statuses } = working();
      await run(job(payload));
      expect(statuses()).toEqual(['busy', 'fail']);
      expect(router.log.at(-1)?.message).toBe('Job Job1 finished. Remaining: 0');
    },
  );

  it('runs exactly the text it was given', async () => {
    const text = 'quotes " \\ dollars $x $[y] ; { } newline \n tab \t emoji 🛰️ שלום';
    const { router, run, statuses } = working();
    await run(job(`/system note set note=${JSON.stringify(text).replaceAll('$', '\\$')}\n# a comment\n/log info "second \\"line\\""`));
    expect(statuses()).toEqual(['busy', 'done']);
    expect(router.item('/system/note')?.['note']).toBe(text);
    expect(router.log.map((entry) => entry.message)).toContain('second "line"');
  });

  it('may change menus line by line, as exports do', async () => {
    const { router, run, statuses } = working();
    await run(job('/ip firewall address-list\r\nadd list=a address=192.0.2.1\r\nadd list=a address=192.0.2.2\r\n'));
    expect(statuses()).toEqual(['busy', 'done']);
    expect(router.items('/ip/firewall/address-list')).toHaveLength(2);
  });

  it('neither sees nor changes the wrapper', async () => {
    const { run, statuses } = working();
    await run(job(':local doneUrl "http://evil.example/"; :local tries 99; :return ""; :error "never"'));
    expect(statuses()).toEqual(['busy', 'done']);
  });

  it('works although busy is never heard', async () => {
    const { run, statuses } = working({ lost: { busy: 99 } });
    await run(job(':put 1'));
    expect(statuses()).toEqual(['done']);
  });

  it('reports done and fail again until they are heard', async () => {
    const { run, statuses } = working({ lost: { done: 3, fail: 3 } });
    await run(job(':put 1'));
    await run(job(':error "x"', { token: 'Job2' }));
    expect(statuses()).toEqual(['busy', 'done', 'busy', 'fail']);
  });

  it('is not called failed because its done report was lost', async () => {
    const { run, statuses } = working({ lost: { done: 99 } });
    await run(job(':put 1'));
    expect(statuses()).toEqual(['busy']);
  });

  it('delivered twice runs once, and the next one runs', async () => {
    const { router, run, statuses } = working();
    await run(job('/ip firewall address-list add list=a address=192.0.2.1'));
    await run(job('/ip firewall address-list add list=a address=192.0.2.2'));
    await run(job('/ip firewall address-list add list=a address=192.0.2.3', { token: 'Job2' }));
    expect(router.items('/ip/firewall/address-list').map((item) => item['address'])).toEqual(['192.0.2.1', '192.0.2.3']);
    expect(statuses()).toEqual(['busy', 'done', 'busy', 'done']);
  });

  it('may run again after a reboot', async () => {
    const { router, run, statuses } = working();
    await run(job(':put 1'));
    router.reboot();
    await run(job(':put 1'));
    expect(statuses()).toEqual(['busy', 'done', 'busy', 'done']);
  });
});
