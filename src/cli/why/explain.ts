import type { Settings } from '../../config/index.js';
import { durationInWords, relativeInWords } from '../../fleet/sites/words.js';
import type { JobFacts, SiteFacts } from './site-facts.js';

const HEARTBEAT_SECONDS = 30;
const MISSED_UNTIL_OFFLINE = 10;
/** The server notes each second that it is up; silent for longer, it is down. */
const SERVER_SILENT_MS = 15_000;

export interface Around {
  readonly settings: Settings;
  /** Whether the server runs; undefined when only its last sign of life tells. */
  readonly serverRuns: boolean | undefined;
  readonly now: Date;
}

/** What is going on with a site, as lines of text. Pure. */
export function explainSite(site: SiteFacts, around: Around): string[] {
  const { settings, now } = around;
  const ago = (time: Date): string => relativeInWords(time, now);
  const row = (title: string, ...lines: string[]): string[] => lines.map((line, i) => `  ${(i === 0 ? title : '').padEnd(11)}${line}`);
  return [
    `${site.name}  (${site.id}, ${site.pid})`,
    ...row('team', `${site.team ?? 'unknown'}${site.runbook ? `, adopted by runbook «${site.runbook}»` : ''}`),
    ...row('state', stateOf(site, ago)),
    ...row('router', routerOf(site, ago)),
    ...row('heartbeat', heartbeatOf(site, ago)),
    ...row('next', nextOf(site, settings, now)),
    ...row(
      'queue',
      ...(site.open.length
        ? site.open.map((job) => `${job.state.padEnd(8)}${job.description}  (${job.id}, queued ${ago(job.created_at)})`)
        : ['nothing waits']),
    ),
    ...row('last said', ...(site.ended.length ? site.ended.map((job) => reportOf(job, ago)) : ['no job has ended yet'])),
    ...row('hint', ...hints(site, around)),
  ];
}

type Ago = (time: Date) => string;

function stateOf(site: SiteFacts, ago: Ago): string {
  if (site.deletion_requested_at) {
    const due = site.removal_due_at ? `, in any case ${ago(site.removal_due_at)}` : '';
    return `being deleted, asked for ${ago(site.deletion_requested_at)}: the record goes when its router says that it is clean${due}`;
  }
  if (!site.hardware_hash) return `created ${ago(site.created_at)}, waits for its router`;
  if (site.has_pulse) return 'online';
  return site.offline_since ? `offline: the first heartbeat was missed ${ago(site.offline_since)}` : 'adopted, no heartbeat yet';
}

function routerOf(site: SiteFacts, ago: Ago): string {
  if (!site.hardware_hash) return 'none yet';
  const kind = site.model ?? site.board_name ?? 'unknown model';
  const change = site.device_generation > 1 ? `, number ${site.device_generation} at this site` : '';
  return `${site.identity ?? '(no identity)'}, ${kind}, RouterOS ${site.software_version ?? 'unknown'}, serial ${site.serial_number ?? 'none'}${site.adopted_at ? `, adopted ${ago(site.adopted_at)}` : ''}${change}`;
}

function heartbeatOf(site: SiteFacts, ago: Ago): string {
  if (!site.last_seen_at) return 'none yet';
  const uptime = site.uptime_seconds === null ? '' : `, up for ${durationInWords(Number(site.uptime_seconds))}`;
  return `${ago(site.last_seen_at)} from ${site.last_seen_from ?? 'an unknown address'}${uptime}`;
}

/** Which script comes next, and why that one. */
function nextOf(site: SiteFacts, settings: Settings, now: Date): string {
  if (!site.hardware_hash) return 'no script: no router serves this site';
  if (site.deletion_requested_at)
    return 'the removal script, at every poll until the router confirms it: the site is being deleted, and that goes before any job';
  const inFlight = site.open.find((job) => job.state !== 'pending');
  const waiting = site.open.filter((job) => job.state === 'pending');
  const behind = waiting.length ? `; ${waiting.length} more ${waiting.length === 1 ? 'waits' : 'wait'} behind it` : '';
  if (inFlight?.state === 'busy') {
    return `nothing while the router works on «${inFlight.description}»${behind}. It fails ${limit(inFlight.started_at, settings.JOB_TIMEOUT_SECONDS, now)} unless the router reports`;
  }
  if (inFlight) {
    return `nothing until the router begins «${inFlight.description}», delivered ${inFlight.deliveries} of at most 3 times${behind}. It is sent again ${limit(inFlight.sent_at, settings.JOB_REDELIVER_SECONDS, now)}`;
  }
  if (!waiting[0]) return 'an empty answer: nothing waits';
  return `the job «${waiting[0].description}», at the next poll: it waits longest of ${waiting.length}, and none is under way`;
}

const limit = (since: Date | null, seconds: number, now: Date): string =>
  since ? relativeInWords(new Date(since.getTime() + seconds * 1000), now) : `after ${seconds} s`;

function reportOf(job: JobFacts, ago: Ago): string {
  const when = job.completed_at ?? job.failed_at;
  return `${job.state.padEnd(8)}${job.description}  (${when ? ago(when) : 'unknown when'})${job.failure_reason ? `: ${job.failure_reason}` : ''}`;
}

function hints(site: SiteFacts, { serverRuns, now }: Around): string[] {
  const out: string[] = [];
  const silent = !site.server_alive_at || now.getTime() - site.server_alive_at.getTime() > SERVER_SILENT_MS;
  if (!(serverRuns ?? !silent)) out.push('The server does not run: nothing is delivered and no heartbeat is taken.');
  if (!site.hardware_hash) out.push(bootstrapHint(site, now));
  else if (!site.last_seen_at) {
    out.push(
      `The router was adopted and never polled. On it, look at /system/scheduler print and at the log; /system/device-mode print tells whether fetch and scheduler are allowed; /tool/fetch of this server's /health/live tells whether it gets here.`,
    );
  } else if (!site.has_pulse) {
    out.push(
      `Offline means ${MISSED_UNTIL_OFFLINE} heartbeats missed, one every ${HEARTBEAT_SECONDS} s. Nothing is lost: jobs wait, and go out at its next poll.`,
    );
    out.push(
      `If the router runs, try on it /tool/fetch of this server's /health/live. With https look at its clock and its CA certificates.`,
    );
  }
  if (site.deletion_requested_at && !site.has_pulse)
    out.push('A router that never comes back cannot clean itself. X-Force-Delete: true on DELETE /site/{site} drops the record at once.');
  if (site.ended[0]?.state === 'failed') out.push('The last job failed; its script is in GET /site/{site}/job/{job}.');
  return out.length ? out : ['nothing unusual'];
}

function bootstrapHint(site: SiteFacts, now: Date): string {
  const [token] = site.tokens;
  if (!token) return 'It has no bootstrap command yet: POST /site/{site}/bootstrap makes one.';
  if (token.revoked_at) return 'Its bootstrap command was revoked: POST /site/{site}/bootstrap makes a new one.';
  if (token.expires_at && token.expires_at <= now) return 'Its bootstrap command has expired: POST /site/{site}/bootstrap makes a new one.';
  return 'Its bootstrap command is valid and was not run to the end yet.';
}
