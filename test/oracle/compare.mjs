/**
 * Compares the oracles that the project carries with the originals, where a folder with these stands beside the project.
 * Exit code 1 when a file differs or is missing; 0 when all agree or there is nothing to compare with.
 *
 *   node test/oracle/compare.mjs [folder, default ../shared]
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const originals = resolve(process.argv[2] ?? join(root, '..', 'shared'));
if (!existsSync(originals)) {
  console.log(`oracles: ${originals} does not exist, nothing to compare with`);
  process.exit(0);
}

const differing = [];
let compared = 0;
const compare = (ours, theirs, text) => {
  compared++;
  if (!existsSync(theirs)) differing.push(`${ours}: there is no ${theirs}`);
  else if (!text.equals(readFileSync(theirs))) differing.push(`${ours} differs from ${theirs}`);
};

for (const folder of ['tools', 'contract', 'routeros']) {
  const path = join('test/oracle', folder);
  const files = readdirSync(join(root, path)).filter((f) => !f.endsWith('.d.mts')); // types for our own tests
  for (const file of files) compare(join(path, file), join(originals, folder, file), readFileSync(join(root, path, file)));
}
const schema = 'src/routeros/schema';
for (const file of readdirSync(join(root, schema)).filter((f) => f.endsWith('.gz'))) {
  compare(
    join(schema, file),
    join(originals, 'routeros', file.slice(0, -'.gz'.length)),
    gunzipSync(readFileSync(join(root, schema, file))),
  );
}

for (const line of differing) console.error(`oracles: ${line}`);
console.log(`oracles: ${compared - differing.length} of ${compared} files agree with ${originals}`);
process.exit(differing.length ? 1 : 0);
