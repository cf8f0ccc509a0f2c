/**
 * Tries the Dockerfile where there is no Docker: runs the COPY and RUN steps of the build stage in a temporary folder,
 * puts the final stage together from them, starts its CMD as a plain user and asks its HEALTHCHECK. Steps that change the
 * system (packages, accounts) are only checked for syntax. Needs root for the plain user, and npm's registry or cache.
 *
 *   node tools/docs/check-dockerfile.mjs
 */
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const NOBODY = 65_534;
const SYSTEM = /\b(apt-get|groupadd|useradd)\b/;
const ignored = new Set(readFileSync(join(root, '.dockerignore'), 'utf8').split('\n').filter(Boolean));

const steps = readFileSync(join(root, 'Dockerfile'), 'utf8')
  .replace(/^#.*\n/gm, '')
  .replace(/\\\n/g, ' ')
  .split('\n')
  .map((line) => /^(\w+)\s+(.*)$/.exec(line.trim()))
  .filter(Boolean)
  .map(([, word, rest]) => ({ word, rest: rest.trim() }));

const place = mkdtempSync(join(tmpdir(), 'rosfleet-image-'));
chmodSync(place, 0o755);
const stages = new Map();
let stage = '';
let workdir = '/';
const env = { PATH: process.env.PATH, HOME: process.env.HOME, npm_config_cache: process.env.npm_config_cache };
let command, health;

const inside = (path) => join(stage, resolve(workdir, path));

function copy(rest) {
  const from = /^--from=(\S+)\s+/.exec(rest);
  const words = rest.replace(/^--from=\S+\s+/, '').split(/\s+/);
  const to = words.pop();
  for (const word of words) {
    const source = from ? join(stages.get(from[1]), word) : join(root, word);
    const target = to.endsWith('/') && word !== '.' ? join(inside(to), basename(word)) : inside(to);
    mkdirSync(dirname(target), { recursive: true });
    cpSync(source, target, {
      recursive: true,
      verbatimSymlinks: true,
      filter: (path) => from || dirname(path) !== root || !ignored.has(basename(path)),
    });
  }
}

try {
  for (const { word, rest } of steps) {
    console.log(`${word} ${rest.slice(0, 100)}`);
    if (word === 'FROM') {
      stage = join(place, String(stages.size));
      mkdirSync(stage);
      stages.set(/ AS (\w+)/i.exec(rest)?.[1] ?? 'final', stage);
      workdir = '/';
    } else if (word === 'WORKDIR') mkdirSync(inside((workdir = rest)), { recursive: true });
    else if (word === 'COPY') copy(rest);
    else if (word === 'ENV') for (const [, name, value] of rest.matchAll(/(\w+)=(\S+)/g)) env[name] = value;
    else if (word === 'RUN')
      execFileSync('sh', SYSTEM.test(rest) ? ['-n', '-c', rest] : ['-c', rest], { cwd: inside('.'), env, stdio: 'inherit' });
    else if (word === 'HEALTHCHECK') health = JSON.parse(rest.slice(rest.indexOf('[')));
    else if (word === 'CMD') command = JSON.parse(rest);
  }
  const data = join(place, 'data');
  mkdirSync(data, { mode: 0o700 });
  execFileSync('chown', [`${NOBODY}:${NOBODY}`, data]);
  const size = execFileSync('du', ['-sm', stage], { encoding: 'utf8' }).split('\t')[0];
  console.log(
    `final stage without its base: ${size} MB, dev dependencies ${existsSync(join(stage, 'app/node_modules/jest')) ? 'LEFT IN' : 'gone'}`,
  );
  const as = { cwd: inside('.'), uid: NOBODY, gid: NOBODY, env: { ...env, HOME: data, DATA_DIR: data, PORT: '18080' }, stdio: 'inherit' };
  const server = spawn(command[0], command.slice(1), as);
  const ended = new Promise((done) => server.once('exit', (code) => done(code)));
  let healthy = false;
  for (let tries = 0; tries < 60 && !healthy && server.exitCode === null; tries++) {
    await new Promise((done) => setTimeout(done, 500));
    healthy = (await new Promise((done) => spawn(health[0], health.slice(1), as).once('exit', done))) === 0;
  }
  server.kill('SIGTERM');
  const code = await ended;
  console.log(
    `healthy: ${healthy}; ended with ${code}; database in the volume: ${statSync(join(data, 'postgres', 'PG_VERSION')).isFile()}`,
  );
  process.exitCode = healthy && code === 0 ? 0 : 1;
} finally {
  rmSync(place, { recursive: true, force: true });
}
