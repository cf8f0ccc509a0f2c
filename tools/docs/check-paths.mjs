/**
 * Checks that what the documents name exists: relative links, and paths in backticks that begin with a folder or file of
 * the project's root. A path in backticks may hold `*`, or `<…>` for a name to fill in; both stand for anything.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const roots = new Set(readdirSync(root));
const made = new Set(['dist', 'node_modules', '.rosfleet']); // not in a fresh clone

const documents = [
  'README.md',
  ...readdirSync(join(root, 'docs'), { recursive: true })
    .filter((f) => f.endsWith('.md'))
    .map((f) => join('docs', f)),
];
const missing = [];

for (const document of documents) {
  const text = readFileSync(join(root, document), 'utf8').replace(/^```[\s\S]*?^```/gm, '');
  for (const [, target] of text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)) {
    if (/^[a-z]+:/.test(target)) continue;
    const path = relative(root, join(root, dirname(document), target));
    if (!existsSync(join(root, path))) missing.push(`${document}: the link ${target} leads nowhere`);
  }
  for (const [, path] of text.matchAll(/`(?:\.\/)?([\w.@-]+(?:\/[\w.@*<>-]*)*)`/g)) {
    const [first] = path.split('/');
    if (!roots.has(first) && !path.startsWith('src/') && !path.startsWith('test/')) continue;
    if (made.has(first) || exists(path)) continue;
    missing.push(`${document}: there is no ${path}`);
  }
}

function exists(path, at = root) {
  const [first, ...rest] = path.split('/').filter((part) => part !== '');
  if (first === undefined) return true;
  if (!existsSync(at)) return false;
  const pattern = new RegExp(
    `^${first
      .split(/\*|<[^>]*>/)
      .map((part) => part.replace(/[.\\+]/g, '\\$&'))
      .join('.*')}$`,
  );
  return readdirSync(at).some((name) => pattern.test(name) && (rest.length === 0 || exists(rest.join('/'), join(at, name))));
}

for (const line of missing) console.error(line);
console.log(`${documents.length} documents, ${missing.length} names that do not exist`);
process.exit(missing.length ? 1 : 0);
