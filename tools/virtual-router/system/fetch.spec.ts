import { describe, expect, it } from '@jest/globals';
import { VirtualClock, VirtualRouter, type HttpRequest, type HttpResponse, type RouterOptions, type UploadRequest } from '../index.js';
import { parseHeaderField } from './fetch.js';

function routerAnswering(answer: HttpResponse | Error | ((request: HttpRequest) => HttpResponse), options: RouterOptions = {}) {
  const requests: HttpRequest[] = [];
  const router = new VirtualRouter({
    version: '7.16.2',
    clock: new VirtualClock(),
    http: (request) => {
      requests.push(request);
      if (answer instanceof Error) return Promise.reject(answer);
      return Promise.resolve(typeof answer === 'function' ? answer(request) : answer);
    },
    ...options,
  });
  return { router, requests };
}

const caught = async (router: VirtualRouter, command: string): Promise<string> =>
  (await router.run(`:onerror e in={${command}} do={:put $e}`)).output.trimEnd();

describe('/tool fetch', () => {
  it('posts data with headers and gives the answer as a value', async () => {
    const { router, requests } = routerAnswering({ status: 200, body: 'pong' });
    const { output } = await router.run(
      ':local r [/tool fetch url="https://cp.example/poll" http-method=post http-data="a=1&b=ä" http-header-field="Authorization:Bearer x,X-List:1\\\\,2" check-certificate=yes output=user as-value]; :put ($r->"status"); :put ($r->"data")',
    );
    expect(output).toBe('finished\npong\n');
    expect(requests[0]).toMatchObject({
      method: 'POST',
      url: 'https://cp.example/poll',
      headers: { Authorization: 'Bearer x', 'X-List': '1,2' },
    });
    expect(requests[0]!.body!.toString('utf8')).toBe('a=1&b=ä');
    expect(router.requests[0]).toMatchObject({ method: 'POST', status: 200, body: 'a=1&b=ä' });
  });

  it('writes a file by default, under the name asked for or the one in the URL', async () => {
    const { router } = routerAnswering({ status: 200, body: ':put 1' });
    await router.run(
      '/tool fetch url="http://h.example/a/boot.rsc"; /tool fetch url="http://h.example/x" dst-path=flash/y.rsc; /tool fetch url="http://h.example/z" keep-result=no',
    );
    expect(router.files.toRecord()).toEqual({ 'boot.rsc': ':put 1', 'flash/y.rsc': ':put 1' });
  });

  it.each([
    [404, 'failure: Status 404, Not Found'],
    [500, 'failure: Status 500, Internal Server Error'],
    [429, 'failure: Status 429, Too Many Requests'],
  ])('raises on status %i', async (status, message) => {
    const { router } = routerAnswering({ status, body: 'no' });
    expect(await caught(router, '/tool/fetch url="http://h.example/" output=user')).toBe(message);
    await expect(router.run('/tool fetch url="http://h.example/"')).rejects.toThrow(message);
  });

  it('hands status and headers to the second name of :onerror', async () => {
    const { router } = routerAnswering({ status: 409, headers: { 'x-why': 'busy' } });
    const { output } = await router.run(
      ':onerror e,attr in={/tool/fetch url="http://h.example/" output=user} do={:put ($attr->"code"); :put ($attr->"http-headers")}',
    );
    expect(output).toBe('409\nx-why: busy\n');
  });

  it.each([
    ['the network is down', { down: true }, 'http://192.0.2.1/', 'failure: connection timeout'],
    ['names do not resolve', { dns: false }, 'http://h.example/', 'failure: resolve error'],
    ['names do not resolve but none is needed', { dns: false }, 'http://192.0.2.1/', ''],
  ])('when %s', async (_when, faults, url, message) => {
    const { router } = routerAnswering({ status: 200 });
    Object.assign(router.network, faults);
    expect(await caught(router, `/tool/fetch url="${url}" output=none`)).toEqual(
      message === '' ? expect.stringContaining('finished') : message,
    );
  });

  it.each([
    ['ENOTFOUND', 'failure: resolve error'],
    ['ECONNREFUSED', 'failure: connection refused'],
    ['ETIMEDOUT', 'failure: connection timeout'],
  ])('a transport error %s becomes "%s"', async (code, message) => {
    const { router } = routerAnswering(Object.assign(new Error('x'), { code }));
    expect(await caught(router, '/tool/fetch url="http://h.example/" output=none')).toBe(message);
  });

  it('objects to a certificate only when asked to check it', async () => {
    const { router } = routerAnswering({ status: 200 });
    const fetch = (check: string): Promise<string> =>
      caught(router, `:local r [/tool/fetch url="https://h.example/" check-certificate=${check} output=none as-value]`);
    expect(await fetch('yes')).toBe('');
    router.network.certificate = 'no trusted CA certificate found';
    expect(await fetch('yes-without-crl')).toBe('failure: SSL: ssl: no trusted CA certificate found (6)');
    expect(await fetch('no')).toBe('');
  });

  it('cuts an answer for the script at 64 KB and refuses more than that as data', async () => {
    const { router } = routerAnswering({ status: 200, body: 'x'.repeat(100_000) });
    expect((await router.run(':put [:len ([/tool fetch url="http://h.example/" output=user as-value]->"data")]')).output).toBe('65536\n');
    router.files.put('big', 'y'.repeat(65_537));
    expect(
      await caught(
        router,
        `:local d [/tool fetch url="http://h.example/" output=user as-value]; /tool fetch url="http://h.example/" http-data=(($d->"data") . "x") output=none`,
      ),
    ).toBe('failure: http-data is too long');
  });

  it('writes a log line for each call, which logging rules can silence', async () => {
    const { router } = routerAnswering({ status: 200 });
    await router.run('/tool fetch url="http://h.example/" output=none');
    expect(router.log.map((entry) => [entry.topics.join(), entry.message])).toEqual([['fetch,info', 'Download from h.example FINISHED']]);
    await router.run(
      '/system logging set [find topics=info] topics=info,!fetch; /tool fetch url="http://h.example/" output=none; :log info kept',
    );
    expect(router.log.map((entry) => entry.message)).toEqual(['Download from h.example FINISHED', 'kept']);
  });

  it('is refused where device-mode forbids it', async () => {
    const { router } = routerAnswering({ status: 200 }, { version: '7.22.3', deviceMode: { mode: 'advanced', fetch: false } });
    expect(await caught(router, '/tool fetch url="http://h.example/" output=none')).toBe('failure: not allowed by device-mode');
    expect((await router.run(':put [/system device-mode get fetch]')).output).toBe('false\n');
  });

  it('hands uploads to the hook', async () => {
    const uploads: UploadRequest[] = [];
    const { router } = routerAnswering({ status: 200 }, { upload: (request) => Promise.resolve(void uploads.push(request)) });
    await router.run(
      '/export file=site; /tool fetch upload=yes mode=sftp address=192.0.2.9 port=22 user=u password=p src-path=site.rsc dst-path=in/site.rsc',
    );
    expect(uploads[0]).toMatchObject({
      mode: 'sftp',
      address: '192.0.2.9',
      port: 22,
      user: 'u',
      password: 'p',
      destination: 'in/site.rsc',
    });
    expect(uploads[0]!.contents.toString()).toContain('by RouterOS 7.16.2');
  });
});

describe('http-header-field', () => {
  it.each([
    ['A:1,B:2', { A: '1', B: '2' }],
    ['A: 1 ,B:x:y', { A: '1', B: 'x:y' }],
    ['A:1\\,2', { A: '1,2' }],
    ['', {}],
  ])('%j', (field, headers) => {
    expect(parseHeaderField(field)).toEqual(headers);
  });

  it('refuses a part without a colon', () => {
    expect(() => parseHeaderField('nonsense')).toThrow('failure: invalid http header field');
  });
});
