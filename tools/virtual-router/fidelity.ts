/**
 * How faithful is the stand-in? Takes folders of RouterOS scripts nobody here wrote and prints, as JSON, which share
 * parses, resolves against a version's commands and runs on a fresh virtual router.
 *
 *   node dist/tools/virtual-router/fidelity.js [--version 7.22.3] [--prelude FILE]... [--list] [--lenient] [--skip PART]... FOLDER...
 *
 * A prelude is a script run on the router first (a collection's own library). `--list` names every failing file;
 * `--lenient` lets undeclared variables be read; `--skip` leaves out files whose path holds PART.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { pathToFileURL } from 'node:url';
import { parseScript, resolveCommands, ScriptSyntaxError } from '../../src/routeros/parser/index.js';
import { CommandSchema } from '../../src/routeros/schema/index.js';
import { VirtualClock } from './clock.js';
import { RouterOsError, RouterStopped, UnsupportedByVirtualRouter } from './errors.js';
import { toBytes } from './values/value.js';
import { VirtualRouter } from './virtual-router.js';

export type Outcome = 'syntax' | 'unresolved' | 'ran' | 'runtime-error' | 'unsupported' | 'endless' | 'crash';

/** What a router in use has and many scripts wait for: a way out and the right time. */
const CONNECTED = '/ip route add dst-address=0.0.0.0/0 gateway=192.0.2.254; /system ntp client set enabled=yes';

/** Longest a script may take, in virtual time. */
const PATIENCE_MS = 6 * 3600_000;

export async function judge(
  text: string,
  version: string,
  prelude: string[] = [],
  lenient = false,
  name = 'script',
): Promise<{ outcome: Outcome; message?: string }> {
  let script;
  try {
    script = parseScript(toBytes(text));
  } catch (error) {
    return { outcome: 'syntax', message: (error as Error).message };
  }
  try {
    resolveCommands(script, CommandSchema.for(version), { undeclared: !lenient });
  } catch (error) {
    if (!(error instanceof ScriptSyntaxError)) throw error;
    return { outcome: 'unresolved', message: error.message };
  }
  const clock = new VirtualClock();
  const router = new VirtualRouter({
    serial: 'FIDELITY01',
    model: 'RB5009UG+S+',
    version,
    clock,
    random: () => 0.5,
    undeclaredVariables: lenient ? 'nothing' : 'error',
    dns: () => '192.0.2.1',
    http: () => Promise.resolve({ status: 200, body: '' }),
    upload: () => Promise.resolve(),
  });
  const run = async (source: string): Promise<Error | undefined> => {
    let ended = false;
    const result = router.run(source).then(
      () => undefined,
      (error: unknown) => error as Error,
    );
    void result.finally(() => (ended = true));
    for (let time = 0; !ended && time < PATIENCE_MS; time += 60_000) await clock.advance(60_000);
    if (!ended) await router.stop();
    return ended ? await result : new RouterStopped();
  };
  try {
    for (const source of [CONNECTED, ...prelude]) await run(source);
    router.failures.length = 0;
    // stored and run by its name, as collections expect
    router.menus.at('system/script').insert(
      new Map([
        ['name', name],
        ['source', toBytes(text)],
      ]),
      'user',
    );
    const error = await run(`/system script run "${name}"`);
    await router.stop();
    if (error instanceof UnsupportedByVirtualRouter || router.failures.length > 0)
      return { outcome: 'unsupported', message: (error ?? router.failures[0])!.message };
    if (error instanceof RouterStopped) return { outcome: 'endless' };
    if (error instanceof RouterOsError) return { outcome: 'runtime-error', message: error.message };
    return error ? { outcome: 'crash', message: error.stack ?? error.message } : { outcome: 'ran' };
  } catch (error) {
    return { outcome: 'crash', message: (error as Error).stack };
  }
}

export function scriptFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name.startsWith('.') ? [] : scriptFiles(path);
    return entry.name.endsWith('.rsc') ? [path] : [];
  });
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      version: { type: 'string', default: '7.22.3' },
      prelude: { type: 'string', multiple: true, default: [] },
      list: { type: 'boolean', default: false },
      lenient: { type: 'boolean', default: false },
      skip: { type: 'string', multiple: true, default: [] },
    },
  });
  const prelude = values.prelude.map((file) => readFileSync(file, 'utf8'));
  for (const folder of positionals) {
    const counts: Partial<Record<Outcome, number>> = {};
    const failing: { file: string; outcome: Outcome; message?: string }[] = [];
    const files = scriptFiles(folder).filter((file) => !values.skip.some((part) => file.includes(part)));
    for (const file of files) {
      const { outcome, message } = await judge(
        readFileSync(file, 'utf8'),
        values.version,
        prelude,
        values.lenient,
        values.prelude.length > 0 ? basename(file, '.rsc') : 'fidelity',
      );
      counts[outcome] = (counts[outcome] ?? 0) + 1;
      if (outcome !== 'ran') failing.push({ file: file.slice(folder.length + 1), outcome, message });
    }
    const parsed = files.length - (counts.syntax ?? 0);
    const resolved = parsed - (counts.unresolved ?? 0);
    const supported = resolved - (counts.unsupported ?? 0) - (counts.crash ?? 0);
    console.log(
      JSON.stringify({
        folder: folder.split('/').at(-1),
        version: values.version,
        files: files.length,
        parsed,
        resolved,
        supported,
        ...counts,
      }),
    );
    if (values.list) for (const each of failing) console.log(JSON.stringify(each));
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) await main();
