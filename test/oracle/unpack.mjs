/**
 * ros-check reads its command trees as plain JSON beside itself; the project keeps them once, compressed, under
 * src/routeros/schema. This lays both side by side in a cache folder and answers its path.
 */
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { gunzipSync } from 'node:zlib';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const schema = join(root, 'src/routeros/schema');
const cache = join(root, 'node_modules/.cache/rosfleet-oracle');

export function unpackOracle() {
  mkdirSync(cache, { recursive: true });
  for (const file of readdirSync(schema).filter((f) => f.endsWith('.json.gz'))) {
    const from = join(schema, file);
    const to = join(cache, file.slice(0, -3));
    if (existsSync(to) && statSync(to).mtimeMs >= statSync(from).mtimeMs) continue;
    const draft = `${to}.${process.pid}`;
    writeFileSync(draft, gunzipSync(readFileSync(from)));
    renameSync(draft, to);
  }
  for (const file of ['ros-check.mjs', 'ros-check.test.mjs']) copyFileSync(join(root, 'test/oracle/routeros', file), join(cache, file));
  return cache;
}

/** The checker's module: `{ check, analyse, versions }`, see test/oracle/routeros/README.md. */
export const loadRosCheck = () => import(pathToFileURL(join(unpackOracle(), 'ros-check.mjs')).href);
