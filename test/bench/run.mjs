/** Builds the project with its benchmarks into a folder of its own and runs one: `node test/bench/run.mjs poll|fleet|stampede|start|auth|tunnel|sections|proxy|export|backups`. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

const benches = ['poll', 'fleet', 'stampede', 'start', 'auth', 'tunnel', 'sections', 'proxy', 'export', 'backups'];
const [name] = process.argv.splice(2, 1);
if (!benches.includes(name)) {
  console.error(`usage: node test/bench/run.mjs ${benches.join('|')} [options]`);
  process.exit(2);
}
process.chdir(fileURLToPath(new URL('../..', import.meta.url)));
// One folder a process, so that two benchmarks at a time do not build over each other.
const out = `node_modules/.cache/rosfleet-bench-${process.pid}`;
process.on('exit', () => rmSync(out, { recursive: true, force: true }));
const swc = createRequire(import.meta.url).resolve('@swc/cli/bin/swc.js');
execFileSync(
  process.execPath,
  [
    swc,
    'src',
    'tools',
    'migrations',
    'test/bench',
    'test/support',
    'test/engines',
    '-d',
    out,
    '--quiet',
    '--ignore',
    '**/*.spec.ts,**/*.mjs',
  ],
  {
    stdio: ['ignore', 2, 2], // standard output is for the result
  },
);
const schema = 'src/routeros/schema';
mkdirSync(`${out}/${schema}`, { recursive: true });
for (const file of readdirSync(schema).filter((f) => f.endsWith('.gz'))) cpSync(`${schema}/${file}`, `${out}/${schema}/${file}`);
writeFileSync(`${out}/package.json`, '{"type":"module"}'); // below node_modules ours does not count
await import(pathToFileURL(`${out}/test/bench/${name}.js`).href);
