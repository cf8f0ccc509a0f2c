/**
 * Proves that fatal pushes heal: `npm run proof:fatal -- [--pushes 2000] [--routers 100] [--seed 1] [--output fatal-pushes.json]`.
 * Prints a table, writes the numbers as JSON, and ends with 1 when a router did not come back as it had to.
 */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    pushes: { type: 'string', default: '2000' },
    routers: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    output: { type: 'string', default: 'fatal-pushes.json' },
  },
});
for (const name of ['pushes', 'routers', 'seed']) {
  if (/^[1-9]\d{0,6}$/.test(values[name])) continue;
  console.error(`--${name} takes a number from 1.`);
  process.exit(2);
}
const jest = createRequire(import.meta.url).resolve('jest/bin/jest');
const { status } = spawnSync(
  process.execPath,
  ['--experimental-vm-modules', '--no-warnings', jest, '--runTestsByPath', 'test/proof/fatal-pushes.spec.ts'],
  {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    stdio: 'inherit',
    env: {
      ...process.env,
      ...{ PROOF_PUSHES: values.pushes, PROOF_ROUTERS: values.routers, PROOF_SEED: values.seed },
      ...{ PROOF_OUTPUT: resolve(values.output), PROOF_PROGRESS: '1' },
    },
  },
);
process.exit(status ?? 1);
