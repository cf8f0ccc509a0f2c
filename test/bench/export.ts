/**
 * How fast exports are read, fingerprinted, compared, masked and shown, beside what Node.js needs to split the same bytes
 * into lines and to read the same commands as JSON.
 *
 *   npm run bench:export -- [--rounds 9]
 */
import { parseArgs } from 'node:util';
import {
  compareExports,
  exportFingerprint,
  highlightExport,
  maskSecrets,
  parseExport,
  unifiedDiff,
} from '../../src/routeros/export/index.js';
import { atLeast, atMost, benchmark, median, progress, rounded } from './support/report.js';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '9' } } });
const rounds = Number(values.rounds);
const HEADER = '# 2026-03-14 15:09:26 by RouterOS 7.22.3\n# software id = ABCD-1234\n#\n# model = CCR2116\n# serial number = 1\n';

/** Median milliseconds of processor time that some work takes, after two rounds that do not count: neighbours of this machine do not either. */
function timed(work: () => unknown): number {
  const times = Array.from({ length: rounds + 2 }, () => {
    const began = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(began);
    return (user + system) / 1000;
  });
  return median(times.slice(2));
}

/** Lines of what a generator gives until there are so many bytes. */
function grown(bytes: number, line: (i: number) => string): string[] {
  const lines: string[] = [];
  for (let size = 0, i = 0; size < bytes; i++) {
    lines.push(line(i));
    size += lines[i]!.length + 1;
  }
  return lines;
}

const flat = (lines: readonly string[]): string => Buffer.from(lines.join('\n') + '\n').toString();
const address = (i: number): string => `add address=198.51.${(i >> 8) % 256}.${i % 256} list=blocked-${i >> 13}`;
const rule = (i: number): string =>
  `add action=accept chain=forward comment="customer ${i}: \\"web\\" and mail" dst-address=203.0.113.${i % 256} dst-port=${i} \\\n    in-interface-list=!LAN protocol=tcp src-address-list=customer-${i % 90}`;
const scriptLine = (i: number): string => `:log info \\"line ${i} \\$x\\";\\r\\\n    \\n`;
const script = (i: number): string =>
  `add name=s${i} policy=read,write source="${Array.from({ length: 40 }, (_, n) => scriptLine(n + i)).join('')}"`;

await benchmark('export', async () => {
  const files = {
    addresses: flat([HEADER + '/ip firewall address-list', ...grown(5e6, address)]),
    rules: flat([HEADER + '/ip firewall filter', ...grown(5e6, rule)]),
    scripts: flat([HEADER + '/system script', ...grown(5e6, script)]),
  };
  const parse = Object.fromEntries(
    Object.entries(files).map(([name, text]) => {
      const megabytes = text.length / 1e6;
      const json = JSON.stringify(
        parseExport(text).commands.map((command) => ({ ...command, properties: Object.fromEntries(command.properties) })),
      );
      const speed = {
        mbPerSecond: rounded(megabytes / (timed(() => parseExport(text)) / 1000), 1),
        splitMbPerSecond: rounded(megabytes / (timed(() => text.split('\n').filter((line) => line !== '')) / 1000), 1),
        jsonMbPerSecond: rounded(megabytes / (timed(() => JSON.parse(json) as unknown) / 1000), 1),
      };
      progress(
        `${name}: parsed at ${speed.mbPerSecond} MB/s; the same as JSON at ${speed.jsonMbPerSecond} MB/s, split into lines at ${speed.splitMbPerSecond} MB/s`,
      );
      return [name, speed];
    }),
  );

  const lines = grown(1e6, (i) => (i % 40 === 0 ? script(i) : rule(i)));
  const before = flat([HEADER + '/ip firewall filter', ...lines]);
  const shuffled = [...lines];
  for (let i = 3 * (lines.length >> 2), n = 1; i > lines.length >> 2; i--, n = (n * 48271) % 2147483647) {
    const j = (lines.length >> 2) + (n % (i - (lines.length >> 2)));
    [shuffled[i], shuffled[j]] = [shuffled[j]!, shuffled[i]!];
  }
  const after: Record<string, string> = {
    one: before.replace('customer 1000:', 'customer one thousand:').replace('2026-03-14', '2026-03-15'),
    everything: flat([HEADER + '/ip firewall filter', ...lines.map((line) => line.replace('add ', 'add disabled=yes '))]),
    shuffledHalf: flat([HEADER + '/ip firewall filter', ...shuffled]),
    nothingInCommon: flat([HEADER + '/ip firewall address-list', ...grown(1e6, address)]),
  };
  const names = { from: '1.rsc', to: '2.rsc' };
  const diffMs = Object.fromEntries(
    Object.entries(after).map(([name, text]) => [
      name,
      rounded(
        timed(() => unifiedDiff(before, text, names)),
        1,
      ),
    ]),
  );
  progress(`two exports of 1 MB, unified diff: ${JSON.stringify(diffMs)} ms`);
  const compareMs = Object.fromEntries(
    Object.entries(after).map(([name, text]) => [
      name,
      rounded(
        timed(() => compareExports(before, text)),
        1,
      ),
    ]),
  );
  progress(`two exports of 1 MB, item by item: ${JSON.stringify(compareMs)} ms`);
  const otherMs = {
    fingerprint: rounded(
      timed(() => exportFingerprint(before)),
      1,
    ),
    mask: rounded(
      timed(() => maskSecrets(before)),
      1,
    ),
    highlight: rounded(
      timed(() => highlightExport(before)),
      1,
    ),
  };
  progress(`an export of 1 MB: ${JSON.stringify(otherMs)} ms`);
  return {
    targets: {
      parseMbPerSecond: atLeast(20, Math.min(...Object.values(parse).map(({ mbPerSecond }) => mbPerSecond))),
      diffOneChangeMs: atMost(100, diffMs['one']!),
      diffEverythingMs: atMost(250, diffMs['everything']!),
      diffShuffledMs: atMost(250, diffMs['shuffledHalf']!),
      diffNothingInCommonMs: atMost(500, diffMs['nothingInCommon']!),
    },
    parse,
    diffMs,
    compareMs,
    otherMs,
  };
});
