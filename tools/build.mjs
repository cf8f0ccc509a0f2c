/**
 * Builds src, tools and migrations into dist with SWC, and puts the compressed command trees beside their loader.
 * The new dist is made aside and takes the place of the old one when it is whole.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

process.chdir(dirname(dirname(fileURLToPath(import.meta.url))));
const begun = new Date();
const swc = createRequire(import.meta.url).resolve('@swc/cli/bin/swc.js');
const cache = 'node_modules/.cache';
const draft = `${cache}/dist-${process.pid}`;
const old = `${draft}.old`;
mkdirSync(cache, { recursive: true });

try {
  execFileSync(process.execPath, [swc, 'src', 'tools', 'migrations', '-d', draft, '--quiet', '--ignore', '**/*.spec.ts,**/*.mjs'], {
    stdio: 'inherit',
  });
  const schema = 'src/routeros/schema';
  mkdirSync(`${draft}/${schema}`, { recursive: true });
  for (const file of readdirSync(schema).filter((f) => f.endsWith('.gz'))) cpSync(`${schema}/${file}`, `${draft}/${schema}/${file}`);
  writeFileSync(`${draft}/.built`, `${begun.toISOString()}\n`);
  utimesSync(`${draft}/.built`, begun, begun); // what was saved while we built is newer
  try {
    renameSync('dist', old);
  } catch {
    // the first build
  }
  renameSync(draft, 'dist');
} finally {
  for (const folder of [draft, old]) rmSync(folder, { recursive: true, force: true });
}
