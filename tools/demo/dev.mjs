/**
 * `npm run dev`: the server with its own database in .rosfleet/dev, a team, and a few virtual routers; built again and
 * started again when a source changes. The routers are the same after each start and find their sites.
 */
import { spawn, spawnSync } from 'node:child_process';
import { watch } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

process.chdir(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));
const FOLDERS = ['src', 'tools', 'migrations'];
const ARGUMENTS = ['demo', '--data', '.rosfleet/dev', '--port', process.env.PORT ?? '8080', '--routers', '5'];

let server;
let ending = false;

const build = () => spawnSync(process.execPath, ['tools/build.mjs'], { stdio: 'inherit' }).status === 0;

function start() {
  const started = spawn(process.execPath, ['dist/src/cli/main.js', ...ARGUMENTS], { stdio: 'inherit' });
  started.once('exit', (code) => {
    if (ending) process.exit(code ?? 0);
    if (server === started) console.error('dev: the server ended; save a file to start it again');
    server = undefined;
  });
  server = started;
}

/** Waits for the old one: two servers on one data folder refuse each other. */
async function restart() {
  console.error('dev: a source changed');
  if (!build()) return;
  const old = server;
  server = undefined;
  if (old) {
    old.kill('SIGTERM');
    await new Promise((done) => old.once('exit', done));
  }
  start();
}

let soon;
let restarting = Promise.resolve();
for (const folder of FOLDERS) {
  watch(folder, { recursive: true }, (_event, file) => {
    if (!file || !/\.(tsx?|gz)$/.test(file) || file.endsWith('.spec.ts')) return;
    clearTimeout(soon);
    soon = setTimeout(() => (restarting = restarting.then(restart)), 200);
  });
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    ending = true;
    if (server) server.kill('SIGTERM');
    else process.exit(0);
  });
}
if (!build()) process.exit(1);
start();
