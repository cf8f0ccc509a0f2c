import { describe, expect, it } from '@jest/globals';
import { loadRosCheck } from '../../../test/oracle/unpack.mjs';
import { parseScript } from '../parser/index.js';
import { script } from '../script/index.js';
import {
  answerLimitBytes,
  bootstrapCommand,
  InvalidRenderInput,
  renderAdoption,
  renderBootstrap,
  renderBootstrapCommand,
  rendererRegistry,
  renderJob,
  renderMessage,
  renderPoll,
  renderRemoval,
  type AdoptionInput,
  type JobInput,
  type RemovalInput,
} from './index.js';

const { check } = await loadRosCheck();
const VERSIONS = ['7.16.2', '7.22.3', '7.24'];
const renderers = Object.entries(rendererRegistry).map(([name, renderer]) => ({ name, renderer }));
const cases = renderers.flatMap((one) => VERSIONS.map((version) => ({ ...one, version })));

const link = { baseUrl: 'https://fleet.example.net', checkCertificate: true };
const token = '2nWqVJkQb3mXyZ0cD4eFgH';
const adoption = rendererRegistry['adoption']?.sample as AdoptionInput;
const job = rendererRegistry['job']?.sample as JobInput;
const removal = rendererRegistry['removal']?.sample as RemovalInput;

/** The script without its quoted texts: what a parser of any version has to understand. */
const withoutTexts = (text: string): string => text.replace(/"(?:[^"\\]|\\.)*"/gs, '""');

describe('every renderer', () => {
  it.each(cases)('$name uses only what RouterOS $version knows, in both forms', ({ renderer, version }) => {
    const rendered = renderer.render(renderer.sample, { version });
    expect(check(rendered.toString(), { version, strict: true })).toEqual([]);
    expect(check(rendered.toString({ readable: true }), { version, strict: true })).toEqual([]);
  });

  it.each(renderers)('$name parses', ({ renderer }) => {
    const rendered = renderer.render(renderer.sample, { version: '7.24' });
    expect(parseScript(rendered.toString({ readable: true })).statements).toHaveLength(parseScript(rendered.toString()).statements.length);
  });

  it.each(renderers)('$name is one line without comments, and small enough for a variable', ({ renderer }) => {
    const text = renderer.render(renderer.sample, { version: '7.24' }).toString();
    expect(text).not.toMatch(/[\r\n\t]/);
    expect(withoutTexts(text)).not.toContain('#');
    expect(Buffer.byteLength(text)).toBeLessThan(64 * 1_024);
  });

  it.each(renderers)('$name gives the same script for the same input', ({ renderer }) => {
    const [one, two] = [1, 2].map(() => renderer.render(renderer.sample, { version: '7.24' }).toString());
    expect(one).toBe(two);
  });

  it.each(renderers)('$name checks the certificate of an https server on every fetch, and only there', ({ name, renderer }) => {
    const render = (baseUrl: string, checkCertificate: boolean): string => {
      const sample = JSON.parse(JSON.stringify(renderer.sample).replaceAll('https://fleet.example.net', baseUrl)) as object;
      const input = { ...sample, link: { baseUrl, checkCertificate }, ...(name === 'removal' ? { extra: [] } : {}) };
      return renderer.render(input, { version: '7.24' }).toString();
    };
    const fetches = (text: string): number => text.match(/\/tool fetch(?! upload)/g)?.length ?? 0; // SFTP has no certificates
    const checks = (text: string): number => text.match(/check-certificate=yes-without-crl/g)?.length ?? 0;
    const secure = render('https://fleet.example.net', true);
    expect(checks(secure)).toBe(fetches(secure));
    expect(checks(render('https://fleet.example.net', false))).toBe(0);
    expect(checks(render('http://192.0.2.1:8080', true))).toBe(0);
  });
});

describe('the bootstrap command', () => {
  it('survives a paste into a terminal: one line of printable ASCII without ?', () => {
    const line = bootstrapCommand({ link: { baseUrl: 'http://192.0.2.1:8080', checkCertificate: true }, token });
    expect(line).toMatch(/^[\x20-\x7e]+$/);
    expect(line).not.toContain('?');
    expect(line).toContain(`"http://192.0.2.1:8080/${token}"`);
    expect(line.length).toBeLessThan(1_500);
  });
});

describe('what a RouterOS 6 router must be able to parse', () => {
  it.each([
    ['the bootstrap command', renderBootstrapCommand({ link, token })],
    ['the bootstrap script', renderBootstrap({ link, token })],
  ])('%s has nothing newer outside of :parse texts', (_name, rendered) => {
    const text = withoutTexts(rendered.toString());
    expect(text).not.toMatch(/\/[a-z-]+\//);
    expect(text).not.toMatch(/:(onerror|retry|serialize|deserialize|convert|range|exit|break|continue)\b/);
    expect(text).not.toMatch(/http-header-field|device-mode/);
  });

  it.each([
    ['bootstrap', renderBootstrap({ link, token })],
    ['adoption', renderAdoption(adoption)],
    ['removal', renderRemoval({ ...removal, extra: [] })],
  ])('%s stays below 4 KB, which is all some releases hold of an answer', (_name, rendered) =>
    expect(rendered.byteLength).toBeLessThan(4_096),
  );
});

describe('the adoption script', () => {
  it('polls in the second that was given, with start date and time spelt out', () => {
    const text = renderAdoption({ ...adoption, pollSecond: 0 }).toString();
    expect(text).toContain('every=30s start="00:00:00"');
    expect(text).toContain('start-date="1970-01-02"');
    expect(renderAdoption({ ...adoption, pollSecond: 29 }).toString()).toContain('start="00:00:29"');
  });

  it.each([-1, 30, 1.5, NaN])('refuses poll second %p', (pollSecond) =>
    expect(() => renderAdoption({ ...adoption, pollSecond })).toThrow(InvalidRenderInput),
  );

  it('defines the contract’s write with its three lines', () => {
    const text = renderAdoption({ ...adoption, siteName: 'Office', runbookName: 'Shops', quote: 'Hello.' }).toString();
    expect(
      text.startsWith(`:global write do={:put "rosfleet: site Office adopted by runbook Shops";:put "${adoption.siteUrl}";:put "Hello."};`),
    ).toBe(true);
  });
});

describe('the poll', () => {
  it('runs an answer in the background, so that a long job holds up no heartbeat', () =>
    expect(renderPoll({ link, deviceToken: 't' }).toString()).toContain(':if ([:len $a]>0) do={:execute script=$a}'));
});

describe('a job', () => {
  it.each([
    ['7.12.1 (stable)', false],
    ['7.13', true],
    ['7.24 (stable)', true],
    ['unheard of', false],
  ])('on %s reports the reason of a failure: %p', (version, tells) => {
    const text = renderJob({ ...job, version }).toString();
    expect(text.includes(':onerror e in=')).toBe(tells);
    expect(text.includes('http-data=$reason')).toBe(tells);
  });

  it('keeps a payload inside its string, however hard it tries to get out', () => {
    const harmless = withoutTexts(renderJob({ ...job, payload: ':put 1' }).toString());
    for (const payload of [
      '"];/system reset-configuration;["',
      '}',
      '}} on-error={',
      '\\',
      '$',
      '"',
      '\n}\n',
      '#',
      '$[/system reboot]',
      '\\"'.repeat(500),
    ]) {
      expect(withoutTexts(renderJob({ ...job, payload }).toString())).toBe(harmless);
    }
  });

  it('fits into a variable with the longest and worst payload', () => {
    for (const nasty of ['"', '\x01', '🛰', '\n'])
      expect(renderJob({ ...job, payload: nasty.repeat(10_000) }).byteLength).toBeLessThan(64_000);
  });

  it('knows how much of an answer a router holds', () => {
    expect(answerLimitBytes('7.12.2 (stable)')).toBe(4_096);
    expect(answerLimitBytes('7.13rc1')).toBe(4_096);
    expect(answerLimitBytes('7.24')).toBe(64_512);
  });

  it('logs the contract’s last line', () =>
    expect(renderJob({ ...job, remaining: 3 }).toString()).toContain('"Job $jobId finished. Remaining: 3"'));
});

describe('a removal', () => {
  it('does not let one failing part keep the others', () => {
    const text = renderRemoval({
      ...removal,
      extra: [script((s) => s.remove('/not/known', { name: 'x' })), script((s) => s.put('second'))],
    }).toString();
    expect(text.match(/on-error=\{\}/g)).toHaveLength(2);
  });
});

describe('a message', () => {
  it('goes to the terminal and the log', () =>
    expect(renderMessage({ lines: ['a "b"'], level: 'error' }).toString()).toBe(':put "a \\"b\\"";:log error "a \\"b\\""'));
});

describe('inputs that no script can be made from', () => {
  it.each<[string, () => unknown]>([
    ['a base URL with a slash at its end', () => renderBootstrap({ link: { ...link, baseUrl: 'https://a/' }, token })],
    ['a base URL that is none', () => renderBootstrapCommand({ link: { ...link, baseUrl: 'fleet.example.net' }, token })],
    ['a base URL with a query', () => renderBootstrapCommand({ link: { ...link, baseUrl: 'https://a?b' }, token })],
    ['a token that is not base62', () => renderBootstrap({ link, token: 'a/b' })],
    ['a device token that would be two headers', () => renderPoll({ link, deviceToken: 'a,X-Other:b' })],
    ['a status URL with blanks', () => renderJob({ ...job, busyUrl: 'https://a/b c' }).toString()],
    ['a notify URL without a scheme', () => renderRemoval({ ...removal, notifyUrl: '/notify/delete' })],
  ])('%s', (_what, render) => expect(render).toThrow(InvalidRenderInput));

  it('does not repeat a device token in the error', () =>
    expect(() => renderPoll({ link, deviceToken: 'secret,secret' })).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('secret,secret') }),
    ));
});
