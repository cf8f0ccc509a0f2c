/** Builds src, tools and migrations into dist with SWC, and puts the compressed command trees beside their loader. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const swc = createRequire(import.meta.url).resolve('@swc/cli/bin/swc.js');
rmSync('dist', { recursive: true, force: true });
execFileSync(process.execPath, [swc, 'src', 'tools', 'migrations', '-d', 'dist', '--quiet', '--ignore', '**/*.spec.ts,**/*.mjs'], { stdio: 'inherit' });
const schema = 'src/routeros/schema';
mkdirSync(`dist/${schema}`, { recursive: true });
for (const file of readdirSync(schema).filter((f) => f.endsWith('.gz'))) cpSync(`${schema}/${file}`, `dist/${schema}/${file}`);
writeFileSync('dist/.built', new Date().toISOString());
