import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type GeneratedPage, generatedPages } from '../../tools/docs/pages.js';
import { command, UsageError } from './command.js';
import { inProject, say } from './project.js';

export const docs = command({
  name: 'docs',
  positionals: ['[file]'],
  summary: 'Write the generated pages: .env.example, docs/errors.md, docs/scopes.md, openapi/openapi.json.',
  options: { check: { describe: 'Write nothing; exit code 1 when a committed page differs.' } },
  run({ check }, [file]) {
    const pages = generatedPages.filter((page) => file === undefined || page.file === file);
    if (!pages.length) throw new UsageError(`${file} is not generated. Pages: ${generatedPages.map((p) => p.file).join(', ')}.`);
    return writePages(pages, check ?? false);
  },
});

/** Writes pages that changed, or only says which would. @returns 1 when `check` found a stale one */
export async function writePages(pages: readonly GeneratedPage[], check: boolean): Promise<number> {
  let stale = 0;
  for (const page of pages) {
    const text = await page.text();
    const path = inProject(page.file);
    const before = existsSync(path) ? readFileSync(path, 'utf8') : undefined;
    if (before === text) {
      say(`${page.file} is up to date`);
    } else if (check) {
      stale++;
      say(
        `${page.file} is ${before === undefined ? 'missing' : `stale, from line ${firstDifference(before, text)} on`}: run \`./rosfleet docs ${page.file}\` and commit it`,
      );
    } else {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
      say(`${page.file} written`);
    }
  }
  return stale ? 1 : 0;
}

function firstDifference(a: string, b: string): number {
  const [left, right] = [a.split('\n'), b.split('\n')];
  const at = left.findIndex((line, i) => line !== right[i]);
  return (at < 0 ? left.length : at) + 1;
}
