import { describe } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface RequiredPython {
  /** A Python interpreter that has the package. */
  readonly path: string | undefined;
  /** `describe` when the package is here, `describe.skip` when it cannot be had. */
  readonly describe: typeof describe | typeof describe.skip;
}

const CACHE = new URL('../../node_modules/.cache/rosfleet-python/', import.meta.url).pathname;

/**
 * A Python package of one version, in an environment of its own that is made once and kept with the node modules. Like
 * `requireEngine`: where it cannot be made, a laptop skips those tests and says so; CI fails.
 * @throws Error in CI (`CI` is set) when Python, its venv module or the package cannot be had
 */
export function requirePython(name: string, version: string): RequiredPython {
  const folder = join(CACHE, `${name}-${version}`);
  const path = join(folder, 'bin', 'python');
  const ready = join(folder, 'ready');
  try {
    if (!existsSync(ready)) {
      rmSync(folder, { recursive: true, force: true });
      mkdirSync(CACHE, { recursive: true });
      execFileSync('python3', ['-m', 'venv', folder], { stdio: 'pipe', timeout: 120_000 });
      execFileSync(path, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', `${name}==${version}`], {
        stdio: 'pipe',
        timeout: 120_000,
      });
      writeFileSync(ready, '');
    }
    return { path, describe };
  } catch (error) {
    const reason = `${name} ${version} for Python cannot be installed (apt-get install python3-venv): ${(error as Error).message.trim()}`;
    if (process.env['CI']) throw new Error(`${reason}; in CI every engine is tested.`);
    process.stderr.write(`SKIPPED: ${reason}; its tests do not run.\n`);
    return { path: undefined, describe: describe.skip };
  }
}
