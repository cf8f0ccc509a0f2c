/**
 * Completes package-lock.json with packages for other platforms. npm leaves out of the lock file what it could not reach
 * when it wrote it, which happens behind a registry mirror that keeps one platform's packages; `npm ci` then refuses the
 * lock file everywhere. The entries added here are those the lock file's own `optionalDependencies` name, with the platform
 * that their name tells; npm fetches them on that platform only. Run it after each `npm install` that changes the lock file.
 *
 *   node tools/docs/complete-lockfile.mjs [--check]
 */
import { readFileSync, writeFileSync } from 'node:fs';

const FILE = new URL('../../package-lock.json', import.meta.url);
const SYSTEMS = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'openharmony', 'sunos', 'win32'];
const PROCESSORS = ['arm64', 'arm', 'ia32', 'loong64', 'ppc64', 'riscv64', 's390x', 'x64'];

const text = readFileSync(FILE, 'utf8');
const lock = JSON.parse(text);
const added = [];

for (const [path, owner] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(owner.optionalDependencies ?? {})) {
    if (path === '' || isLocked(path, name)) continue;
    const words = name.split(/[-/]/);
    const os = SYSTEMS.find((s) => words.includes(s));
    const cpu = PROCESSORS.find((p) => words.includes(p));
    if (!os || !cpu || !/^\d/.test(version))
      throw new Error(`${name}@${version}, optional for ${path}, is in no lock file entry and its name tells no platform.`);
    const musl = words.some((w) => w.startsWith('musl'));
    const glibc = words.some((w) => w.startsWith('gnu'));
    lock.packages[`node_modules/${name}`] = {
      version,
      cpu: [cpu],
      ...(owner.dev ? { dev: true } : {}),
      ...(os === 'linux' && (musl || glibc) ? { libc: [musl ? 'musl' : 'glibc'] } : {}),
      license: owner.license,
      optional: true,
      os: [os],
    };
    added.push(`${name}@${version}`);
  }
}

/** Whether the lock file says where `name` is, seen from the package at `path`. */
function isLocked(path, name) {
  for (let at = path; ; at = at.slice(0, at.lastIndexOf('/node_modules/'))) {
    if (lock.packages[`${at}/node_modules/${name}`]) return true;
    if (!at.includes('/node_modules/')) return Boolean(lock.packages[`node_modules/${name}`]);
  }
}

lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, 'en')));
if (process.argv.includes('--check')) {
  for (const each of added) console.error(`package-lock.json lacks ${each}: run node tools/docs/complete-lockfile.mjs`);
  process.exitCode = added.length ? 1 : 0;
} else if (added.length) {
  writeFileSync(FILE, `${JSON.stringify(lock, null, 2)}\n`);
  console.log(`package-lock.json: added ${added.length} packages of other platforms`);
} else console.log('package-lock.json is complete');
