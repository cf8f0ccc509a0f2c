/**
 * Requests a second of `GET /site-minimal` with 50 sites, signed in, against a route of the same process that answers
 * the same JSON to anybody.
 *
 *   npm run bench:auth -- [--seconds 8] [--rounds 3] [--connections 50]
 */
import autocannon from 'autocannon';
import { chmodSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { EmbeddedPostgres } from '../../src/platform/embedded/index.js';
import { ended, message, startChild } from './support/children.js';
import { atLeast, benchmark, exactly, median, progress, rounded } from './support/report.js';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '8' },
    rounds: { type: 'string', default: '3' },
    connections: { type: 'string', default: '50' },
  },
});

await benchmark('auth', async (undo) => {
  const folder = mkdtempSync(join(tmpdir(), 'rosfleet-bench-'));
  chmodSync(folder, 0o755);
  undo.push(async () => rmSync(folder, { recursive: true, force: true }));
  const database = await EmbeddedPostgres.start({ dataDir: folder });
  undo.push(async () => {
    await database.stop();
    rmSync(realpathSync(join(folder, 'postgres')), { recursive: true, force: true });
  });
  const profile = process.env['BENCH_CPU_PROF'];
  const execArgv = profile ? ['--cpu-prof', `--cpu-prof-dir=${profile}`] : [];
  const server = startChild('test/bench/support/auth-server.js', { execArgv }, [database.url]);
  undo.push(() => (server.disconnect(), ended(server)));
  type Ready = { kind: 'listening'; port: number; token: string; credential: string; bytes: number };
  const { port, token, credential, bytes } = await message<Ready>(server, 'listening');
  let failed = 0;
  const rate = async (path: string, bearer?: string): Promise<number> => {
    const result = await autocannon({
      ...{ url: `http://127.0.0.1:${port}${path}`, connections: Number(values.connections), duration: Number(values.seconds) },
      headers: bearer ? { authorization: `Bearer ${bearer}` } : {},
    });
    failed += result.errors + result.non2xx;
    return result.requests.average;
  };
  const rates = { plain: [] as number[], person: [] as number[], credential: [] as number[] };
  await rate('/site-minimal', token); // warms up
  for (let round = 1; round <= Number(values.rounds); round++) {
    rates.plain.push(await rate('/bench/static'));
    rates.person.push(await rate('/site-minimal', token));
    rates.credential.push(await rate('/site-minimal', credential));
    progress(
      `round ${round}: ${[rates.plain, rates.person, rates.credential].map((r) => rounded(r.at(-1)!)).join(' / ')} requests/s (static / person / credential)`,
    );
  }
  return {
    targets: {
      ratioOfPerson: atLeast(0.35, rounded(median(rates.person) / median(rates.plain), 3)),
      ratioOfCredential: atLeast(0.35, rounded(median(rates.credential) / median(rates.plain), 3)),
      failed: exactly(0, failed),
    },
    requestsPerSecond: Object.fromEntries(Object.entries(rates).map(([name, r]) => [name, rounded(median(r))])),
    bytes,
  };
});
