import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline/promises';
import { text } from 'node:stream/consumers';
import { CommandFailed, UsageError, wholeNumber } from './command.js';
import { print, say } from './project.js';
import { allSites, type SiteView, sitesNamed } from './remote/find-site.js';
import { isOver, type JobView, jobJson, jobState } from './remote/job-view.js';
import { remoteCommand } from './remote/remote-command.js';
import { Refused, type Server, Unreachable } from './remote/server.js';
import { plain, screen, table } from './remote/table.js';

/** Requests at the same time. */
const TOGETHER = 8;
const LOOK_EVERY_MS = 2000;

/** What became of the wish at one site. */
interface Outcome {
  readonly site: SiteView;
  /** Null when it could not even be queued. */
  job: JobView | null;
  /** Why not, or why nothing more is heard of it. */
  problem: string | null;
}

export const run = remoteCommand({
  name: 'run',
  positionals: ['[site]…', '[script]'],
  summary: 'Queue a RouterOS script as a job on one site or many.',
  options: {
    all: { describe: 'On every site of your team.' },
    file: { value: 'FILE', describe: 'The script; «-» reads standard input. Without it the last argument is the script.' },
    description: { value: 'TEXT', describe: 'What the job is called, 3 to 100 characters. Default: the first line of the script.' },
    backup: { describe: 'Take a backup before the script.' },
    express: { describe: 'Ask the routers to poll at once.' },
    wait: { describe: 'Wait for the end of every job; the exit code is 1 if one failed.' },
    timeout: { value: 'SECONDS', describe: 'Wait no longer than this; the jobs stay queued. Default: until all have ended.' },
    yes: { describe: 'Do not ask before a script goes to more than one site.' },
    json: { describe: 'For programs: a list of objects {site, job, problem}; see docs/command-line.md.' },
  },
  notes: `A site is an id, the short id (site_…), a name, or the beginning of one name alone. An offline router gets the job when
it is back. Ctrl-C ends the waiting, not the jobs.`,
  async run(server, given, positionals) {
    const { all, file, description, wait, json, timeout } = given;
    const words = file === undefined ? positionals.slice(0, -1) : positionals;
    const script = file === undefined ? positionals.at(-1) : await readScript(file);
    if (script === undefined) throw new UsageError("run needs a script: --file FILE, or 'the script' as the last argument.");
    if (!words.length && !all) throw new UsageError('run needs a site, or --all.');
    if (words.length && all) throw new UsageError('run takes sites or --all, not both.');
    const limit = timeout === undefined ? undefined : wholeNumber('--timeout', timeout, { min: 1, max: 604_800 }) * 1000;
    if (limit !== undefined && !wait) throw new UsageError('--timeout goes with --wait.');
    const known = await allSites(server);
    const sites = all ? known.filter(({ state }) => state !== 'deleting') : sitesNamed(known, words);
    if (!sites.length) throw new CommandFailed('There is no site yet.');
    if (sites.length > 1 && !given.yes) await confirm(server, sites);

    const headers = {
      'x-description': headerText(description ?? titleOf(script)),
      ...(given.backup ? { 'x-backup': 'true' } : {}),
      ...(given.express ? { 'x-express-execute': 'true' } : {}),
    };
    const outcomes = await eachOf(sites, (site) => queue(server, site, script, headers));
    const [first] = outcomes;
    if (outcomes.every(({ job, problem }) => !job && problem === first!.problem)) throw new CommandFailed(first!.problem!);
    try {
      if (wait) await untilOver(server, outcomes, limit, !json);
    } finally {
      report(outcomes, Boolean(json)); // after Ctrl-C too: what is queued stays queued
    }
    const ended = ({ job, problem }: Outcome): boolean => !problem && (!wait || job?.state === 'done');
    return outcomes.every(ended) ? 0 : 1;
  },
});

async function readScript(file: string): Promise<string> {
  if (file === '-') return text(process.stdin);
  return readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new CommandFailed(error.code === 'ENOENT' ? `There is no file ${file}.` : `${file} cannot be read: ${error.message}`);
  });
}

async function confirm(server: Server, sites: readonly SiteView[]): Promise<void> {
  const names = sites.slice(0, 5).map(({ name }) => plain(name));
  const which = names.join(', ') + (sites.length > names.length ? ` and ${sites.length - names.length} more` : '');
  if (!process.stdin.isTTY) throw new UsageError(`The script would go to ${sites.length} sites (${which}); say --yes if that is meant.`);
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  terminal.once('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  const answer = await terminal
    .question(`Run this script on ${sites.length} sites (${which})? [y/N] `, { signal: server.signal })
    .finally(() => terminal.close());
  if (!/^y(es)?$/i.test(answer.trim())) throw new CommandFailed('Nothing was queued.');
}

/** One key for all tries: however often it is sent, it is queued once. A site that refuses keeps no other from its job. */
async function queue(server: Server, site: SiteView, script: string, headers: Record<string, string>): Promise<Outcome> {
  const request = { body: script, headers: { ...headers, 'x-idempotency-key': randomUUID() }, repeatable: true };
  try {
    return { site, job: await server.json<JobView>('POST', `/sites/${site.id}/jobs`, request), problem: null };
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    return { site, job: null, problem: error.message };
  }
}

async function untilOver(server: Server, outcomes: readonly Outcome[], limit: number | undefined, tell: boolean): Promise<void> {
  const began = performance.now();
  const open = (): Outcome[] => outcomes.filter(({ job, problem }) => job && !problem && !isOver(job));
  for (let shown = -1; open().length;) {
    if (tell && open().length !== shown) {
      shown = open().length;
      const waiting = open().filter(({ site }) => site.state !== 'online').length;
      say(
        `${outcomes.length - shown} of ${outcomes.length} ended${waiting ? `; ${waiting} of the others wait for a router that is not online` : ''}.`,
      );
    }
    if (limit !== undefined && performance.now() - began >= limit) {
      for (const outcome of open()) outcome.problem = `Not ended within ${limit / 1000} s; the job stays ${outcome.job!.state}.`;
      return;
    }
    await server.pause(LOOK_EVERY_MS);
    await eachOf(open(), (outcome) => look(server, outcome));
  }
}

/** A server that is away for a moment, for an update maybe, ends no wait. */
async function look(server: Server, outcome: Outcome): Promise<void> {
  try {
    outcome.job = await server.json<JobView>('GET', `/sites/${outcome.site.id}/jobs/${outcome.job!.id}`);
  } catch (error) {
    if (error instanceof Refused && error.status === 404) outcome.problem = 'The job is gone: somebody cancelled it, or deleted the site.';
    else if (!(error instanceof Unreachable) && !(error instanceof Refused && error.status >= 500)) throw error;
  }
}

function report(outcomes: readonly Outcome[], json: boolean): void {
  if (json) {
    const list = outcomes.map(({ site, job, problem }) => ({ site: { id: site.id, name: site.name }, job: job && jobJson(job), problem }));
    return print(JSON.stringify(list, null, 2));
  }
  const rows = outcomes.map(({ site, job, problem }) => [
    site.name,
    job && !problem ? jobState(job) : { text: job ? job.state : 'refused', colour: 'red' as const },
    job?.id ?? '',
    problem ?? job?.failure_reason ?? '',
  ]);
  for (const line of table(['SITE', 'STATE', 'JOB', 'REASON'], rows, screen())) print(line);
}

/** Runs `work` for each, a few at the same time; answers in the order of the items. */
async function eachOf<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const queue = items.entries();
  const worker = async (): Promise<void> => {
    for (const [i, item] of queue) results[i] = await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(TOGETHER, items.length) }, worker));
  return results;
}

const titleOf = (script: string): string => {
  const line =
    script
      .split('\n')
      .find((l) => l.trim().length >= 3)
      ?.trim() ?? 'script';
  return line.length > 100 ? `${line.slice(0, 99)}…` : line;
};

/** Headers carry bytes: ours are UTF-8, as those of other command line programs. */
const headerText = (value: string): string => Buffer.from(plain(value), 'utf8').toString('latin1');
