import { base62ToUuid } from '../platform/crypto/base62.js';
import { UsageError, wholeNumber } from './command.js';
import { print, say } from './project.js';
import { allSites, type SiteView, siteNamed } from './remote/find-site.js';
import { type JobView, jobJson, jobState, moment } from './remote/job-view.js';
import { remoteCommand } from './remote/remote-command.js';
import { Refused, type Server } from './remote/server.js';
import { facts, plain, screen, table } from './remote/table.js';

interface Step {
  readonly timestamp: string;
  readonly message: string;
}

export const jobs = remoteCommand({
  name: 'jobs',
  positionals: ['[show]', '[site]', '[job]'],
  summary: 'List the jobs of a site, newest first, or show one with its steps.',
  options: {
    limit: { value: 'COUNT', describe: 'Most jobs to list, 1 to 500. Default: 20.' },
    json: { describe: 'For programs: a list of objects, or one; see docs/command-line.md.' },
  },
  notes: '[site] is an id, the short id (site_…), a name, or the beginning of one name alone; [job] an id or a token.',
  async run(server, { limit = '20', json }, positionals) {
    const showing = positionals[0] === 'show' && positionals.length > 1;
    const [word = '', job] = showing ? positionals.slice(1) : positionals;
    if (!word) throw new UsageError('jobs needs a site.');
    if (showing && !job) throw new UsageError('jobs show needs a site and a job.');
    if (!showing && job) throw new UsageError(`jobs does not know what to do with «${job}»; \`jobs show\` shows one job.`);
    const count = wholeNumber('--limit', limit, { min: 1, max: 500 });
    const site = siteNamed(await allSites(server), word);
    if (job) return show(server, site, await findJob(server, site, job), Boolean(json));
    const list = await server.json<JobView[]>('GET', `/sites/${site.id}/jobs?per_page=${count}`);
    if (json) return print(JSON.stringify(list.map(jobJson), null, 2));
    const rows = list.map((j) => [moment(j.created_at), jobState(j), j.description, j.id, j.failure_reason ?? '']);
    for (const line of table(['CREATED', 'STATE', 'DESCRIPTION', 'ID', 'REASON'], rows, screen())) print(line);
    if (!list.length) say(`${plain(site.name)} has no jobs.`);
  },
});

/** @throws Refused when the site has no such job */
const findJob = (server: Server, site: SiteView, job: string): Promise<JobView> =>
  server.json('GET', `/sites/${site.id}/jobs/${encodeURIComponent(base62ToUuid(job) ?? job)}`);

async function show(server: Server, site: SiteView, job: JobView, json: boolean): Promise<void> {
  const steps = await stepsOf(server, site, job);
  if (json) return print(JSON.stringify({ ...jobJson(job), script: job.script, steps }, null, 2));
  const lines = facts([
    ['Job', job.description],
    ['Id', job.id],
    ['Token', job.token],
    ['Site', site.name],
    ['State', job.state],
    ['Created', moment(job.created_at)],
    ['Started', moment(job.started_at)],
    ['Ended', moment(job.completed_at ?? job.failed_at)],
    ['Reason', job.failure_reason],
  ]);
  lines.forEach(print);
  if (steps?.length) print('');
  for (const { at, message } of steps ?? []) print(`${moment(at)}  ${plain(message)}`);
}

/** What the orchestration log has of a job; null for those who may not see it. */
async function stepsOf(server: Server, site: SiteView, job: JobView): Promise<{ at: string; message: string }[] | null> {
  const query = new URL(job.log_url, server.url).searchParams;
  const time = (name: string): string => new Date(Number(query.get(name))).toISOString();
  const body = { streams: [site.id], start: time('start'), end: time('end'), filter: query.get('filter'), limit: 100 };
  try {
    const { data } = await server.json<{ data: Step[] }>('POST', '/logs/sites', { body, repeatable: true });
    return data.map(({ timestamp, message }) => ({ at: timestamp, message: (JSON.parse(message) as { message: string }).message }));
  } catch (error) {
    if (error instanceof Refused && error.status === 403) return null;
    throw error;
  }
}
