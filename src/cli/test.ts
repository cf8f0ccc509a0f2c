import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { generatedPages } from '../../tools/docs/pages.js';
import { command } from './command.js';
import { writePages } from './docs.js';
import { inProject, say } from './project.js';

interface Check {
  readonly title: string;
  readonly run: () => Promise<number>;
}

/** The scripts of package.json, so that an editor, a person and this run the same. */
const script = (name: string, title: string): Check => ({ title, run: () => child('npm', ['run', '--silent', name]) });

const CHECKS: readonly Check[] = [
  script('typecheck', 'types'),
  script('lint', 'lint'),
  script('format:check', 'format'),
  script('deps:check', 'who may know whom'),
  { title: 'what documents name', run: () => child(process.execPath, [inProject('tools/docs/check-paths.mjs')]) },
  { title: 'lock file', run: () => child(process.execPath, [inProject('tools/docs/complete-lockfile.mjs'), '--check']) },
  { title: 'generated pages', run: () => writePages(generatedPages, true) },
];

export const test = command({
  name: 'test',
  summary: 'Run every check and all tests, as CI does. Arguments go to Jest.',
  positionals: ['[jest arguments]'],
  raw: true,
  options: {},
  notes:
    'In order: types, lint, format, dependency rules, documents, lock file, generated pages, Jest with everything. All of them run, whatever\nfails; the exit code is 0 when all passed. One file in seconds: npm test -- job-state',
  async run(_given, _positionals, args) {
    const failed: string[] = [];
    for (const [i, { title, run }] of CHECKS.entries()) {
      const begun = Date.now();
      say(`\n[${i + 1}/${CHECKS.length + 1}] ${title}`);
      const ok = (await run()) === 0;
      if (!ok) failed.push(title);
      say(`[${i + 1}/${CHECKS.length + 1}] ${title}: ${ok ? 'ok' : 'FAILED'} (${seconds(begun)})`);
    }
    say(`\n[${CHECKS.length + 1}/${CHECKS.length + 1}] tests`);
    const jest = [...(process.env['CI'] ? ['--ci'] : []), ...args];
    const ok =
      (await child(process.execPath, [
        '--experimental-vm-modules',
        '--no-warnings',
        inProject('node_modules/jest/bin/jest.js'),
        ...jest,
      ])) === 0;
    if (!ok) failed.push('tests');
    say(failed.length ? `\nFAILED: ${failed.join(', ')}` : '\nEverything passed.');
    return failed.length ? 1 : 0;
  },
});

const seconds = (since: number): string => `${((Date.now() - since) / 1000).toFixed(1)} s`;

/** Runs a program in the project on our own terminal. A signal for us ends it, and then us. */
function child(program: string, args: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const running = spawn(program, args, { cwd: inProject(), stdio: 'inherit', env: process.env });
    const pass = (signal: NodeJS.Signals): void => void running.kill(signal);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, pass);
    running.once('error', reject);
    running.once('exit', (code, signal) => {
      for (const each of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.off(each, pass);
      if (signal) process.exit(128 + constants.signals[signal]);
      resolve(code ?? 1);
    });
  });
}
