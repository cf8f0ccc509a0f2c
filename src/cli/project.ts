import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder with package.json, whether this runs from source or from dist. */
export const projectRoot: string = (() => {
  for (let at = dirname(fileURLToPath(import.meta.url)); ; at = dirname(at)) {
    if (existsSync(join(at, 'package.json'))) return at;
    if (at === dirname(at)) throw new Error('rosfleet is not whole: there is no package.json above its code.');
  }
})();

export const inProject = (...path: string[]): string => join(projectRoot, ...path);

export const version = (): string => (JSON.parse(readFileSync(inProject('package.json'), 'utf8')) as { version: string }).version;

/** Text for standard error: what a person reads beside the result on standard output. */
export const say = (line: string): void => void process.stderr.write(`${line}\n`);

/** Text for standard output: the result. */
export const print = (line: string): void => void process.stdout.write(`${line}\n`);
