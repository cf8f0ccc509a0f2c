import { Injectable } from '@nestjs/common';
import { Settings } from '../../config/index.js';
import { Clock } from '../../platform/clock/clock.js';
import { type JobId, RequestContext, type SiteId } from '../../platform/context/index.js';
import { AppKeys, SignedUrls, uuidToBase62 } from '../../platform/crypto/index.js';
import { Database, isUniqueViolation } from '../../platform/database/index.js';
import { EventBus } from '../../platform/events/index.js';
import { parseHeartbeat } from '../../routeros/heartbeat/index.js';
import { answerLimitBytes, printJob, renderRemoval } from '../../routeros/render/index.js';
import type { Script } from '../../routeros/script/index.js';
import { JobChanged } from '../events.js';
import { logged } from '../log/orchestration-log.js';
import type { DeviceIdentity } from '../poll/device-tokens.js';
import { DeviceTokens } from '../poll/device-tokens.js';
import { Pace } from '../poll/pace.js';
import { WorkHints } from '../poll/work-hints.js';
import { BackupTaking } from '../ports/backup-taking.js';
import { RouterLeftovers } from '../ports/router-leftovers.js';
import { RouterLinks } from '../router-links.js';
import { SectionDelivery } from '../sections/section-delivery.js';
import type { SectionJob } from '../sections/section-job.js';
import { SectionsAhead } from '../sections/sections-ahead.js';
import { JobService, sealedScript } from './job.service.js';
import { JobsInFlight, sentNow } from './jobs-in-flight.js';
import type { JobState } from './job-state.js';
import { DELIVERED, DELIVERED_UNACKNOWLEDGED } from './job-steps.js';

/** What the database says when a router asks: how its site stands, and the job that is now in flight to it. */
interface Turn {
  readonly generation: number;
  readonly leaving: boolean;
  readonly version: string | null;
  /** A section has something to send, and nothing is in flight; then no other job is claimed. */
  readonly due: boolean;
  /** A job is next whose origin hears of it, so that it is claimed in a transaction only. */
  readonly heard: boolean;
  /** Scripts wait, besides the one that is claimed. */
  readonly waiting: number;
  readonly job: Claimed | null;
}

/** How far one statement may go. */
interface TurnWish {
  /** Claims nothing where a section has something to send. */
  readonly sectionsFirst: boolean;
  /** Claims nothing that somebody is to hear of in the same transaction. */
  readonly alone: boolean;
}

interface Claimed {
  readonly id: JobId;
  readonly script: string;
  readonly sealed: boolean;
  readonly backup: boolean;
  /** Of one that was claimed just now, and that the router reports of. */
  readonly report?: null | { readonly asRead: string; readonly description: string; readonly deliveries: number };
  /** A part of a push: its end is all that counts. */
  readonly ofSection?: true;
  readonly state: JobState;
  readonly origin: string | null;
}

/** Connections to the database that turns of routers may take together, of those that the process has. */
const SHARE_OF_CONNECTIONS = 0.4;
const SHARE_FOR_PROMPT = 0.7;

/** Decides what a router that polls gets: its next job, the removal of what is ours, or nothing. */
@Injectable()
export class JobDispatch {
  private readonly mostTurns: number;
  private readonly mostPromptTurns: number;
  /** Routers whose work is being looked for. */
  private turns = 0;

  constructor(
    private readonly db: Database,
    private readonly hints: WorkHints,
    private readonly urls: SignedUrls,
    private readonly tokens: DeviceTokens,
    private readonly links: RouterLinks,
    private readonly jobs: JobService,
    private readonly inFlight: JobsInFlight,
    private readonly sections: SectionDelivery,
    private readonly ahead: SectionsAhead,
    private readonly leftovers: RouterLeftovers,
    private readonly keys: AppKeys,
    private readonly backups: BackupTaking,
    private readonly events: EventBus,
    private readonly clock: Clock,
    private readonly pace: Pace,
    settings: Settings,
  ) {
    this.mostTurns = Math.max(2, Math.floor(settings.DATABASE_POOL * SHARE_OF_CONNECTIONS));
    this.mostPromptTurns = Math.max(2, Math.floor(settings.DATABASE_POOL * SHARE_FOR_PROMPT));
  }

  /** The script for the router's answer, empty when there is nothing to do. At most one job is in flight. */
  async next(ctx: RequestContext, device: DeviceIdentity, body: string): Promise<string> {
    if (!this.hasRoom(device.siteId)) return '';
    this.turns++;
    try {
      return (await this.readyAnswer(ctx, device, body)) ?? (await this.answer(ctx, device, body));
    } finally {
      this.turns--;
    }
  }

  /**
   * Whether one more turn may begin. A change for thousands of routers must leave time and connections for what they report and for
   * people: who finds no room comes again. Scripts that somebody queued have more, and a router with a change on trial, which it would
   * undo, is never sent away.
   */
  private hasRoom(siteId: SiteId): boolean {
    if (this.hints.isUrgent(siteId)) return true;
    if (this.hints.isPrompt(siteId)) return this.turns < this.mostPromptTurns;
    if (this.ahead.goesToMany && !this.ahead.has(siteId)) {
      this.hints.clearWork(siteId); // what is made for its next poll sets it again
      this.ahead.want(siteId);
      return false;
    }
    return this.turns < this.mostTurns && this.pace.mayBegin();
  }

  /**
   * What was made for this router before it asked, for one statement; undefined where it has to be looked for. A script that somebody
   * queued is looked for always: whose turn it is shows then.
   */
  private async readyAnswer(ctx: RequestContext, device: DeviceIdentity, body: string): Promise<string | undefined> {
    const { siteId } = device;
    if (this.hints.isPrompt(siteId)) return undefined;
    const made = this.ahead.take(device);
    if (!made || made.version !== (parseHeartbeat(body).version ?? made.version)) return undefined; // upgraded meanwhile
    const isUrgent = this.hints.isUrgent(siteId);
    this.hints.clearWork(siteId);
    try {
      if (await this.sections.handOut(ctx.asSystem('job-dispatch'), made))
        return await this.deliver(ctx, device, inFlight(made.job), made.version, 0);
    } catch (error) {
      if (isUniqueViolation(error)) return '';
      throw error;
    }
    if (isUrgent || !this.ahead.goesToMany) return undefined;
    this.ahead.want(siteId); // its section has changed meanwhile
    return '';
  }

  private async answer(ctx: RequestContext, device: DeviceIdentity, body: string): Promise<string> {
    this.hints.clearWork(device.siteId); // before we look: a wish that arrives meanwhile sets it again
    const turn = await this.turn(ctx, device);
    if (turn === 'taken') return '';
    if (turn === undefined) return this.removal(device, parseHeartbeat(body).version ?? '');
    const version = turn.version ?? '';
    if (turn.generation !== device.generation) {
      this.hints.revoke(device.siteId, device.generation);
      return '';
    }
    if (turn.leaving) {
      this.hints.addPromptWork(device.siteId); // until it confirms, each poll brings the removal again
      return this.removal(device, version);
    }
    return turn.job ? this.deliver(ctx, device, turn.job, version, turn.waiting) : '';
  }

  /**
   * Takes the oldest waiting job of a site that is served by this router, mostly in one statement; two polls at the same instant
   * get it once, and the other one is told `taken`. Undefined when there is no such site.
   */
  private async turn(ctx: RequestContext, device: DeviceIdentity): Promise<Turn | undefined | 'taken'> {
    try {
      // Across teams, like the flush: then a connection need not be told another team for each router.
      const system = ctx.asSystem('job-dispatch');
      let turn = await this.take(system, device, { sectionsFirst: true, alone: true });
      if (turn?.due) {
        const job = await this.sectionJob(ctx, device, turn);
        if (job) return { ...turn, job };
        turn = await this.take(system, device, { sectionsFirst: false, alone: true });
      }
      if (!turn?.heard) return turn;
      return await this.db.transaction(ctx, (ctx) => this.take(ctx, device, { sectionsFirst: false, alone: false }));
    } catch (error) {
      if (isUniqueViolation(error)) return 'taken';
      throw error;
    }
  }

  private async take(ctx: RequestContext, device: DeviceIdentity, { sectionsFirst, alone }: TurnWish): Promise<Turn | undefined> {
    const { siteId, teamId, generation } = device;
    const now = this.clock.now();
    const [turn] = await this.db.query<Turn>(ctx, TAKE_TURN, [siteId, now, teamId, generation, sectionsFirst, alone]);
    if (!turn?.job) return turn;
    const { id, script, state, origin, backup, report } = turn.job;
    if (report && !backup) {
      const sent = sentNow({ id, teamId, siteId, kind: 'script', origin, script, ...report }, now);
      this.db.afterCommit(ctx, () => this.inFlight.keep({ job: sent, asRead: report.asRead, section: null }));
    }
    if (turn.waiting) this.db.afterCommit(ctx, () => this.hints.addPromptWork(siteId));
    await this.events.publish(ctx, new JobChanged(teamId, siteId, id, state, origin, now));
    return turn;
  }

  private async sectionJob(ctx: RequestContext, device: DeviceIdentity, { version, waiting }: Turn): Promise<Claimed | undefined> {
    const job = await this.sections.next(ctx, device, version ?? '');
    if (job && waiting) this.hints.addPromptWork(device.siteId);
    return job && inFlight(job);
  }

  private async deliver(
    ctx: RequestContext,
    { siteId, teamId }: DeviceIdentity,
    job: Claimed,
    version: string,
    waiting: number,
  ): Promise<string> {
    const before = job.backup ? await this.backups.prepare(ctx, { jobId: job.id, siteId, teamId, version }) : undefined;
    const script = this.wrap(job, version, job.ofSection ? 0 : waiting, before);
    const limit = answerLimitBytes(version);
    if (Buffer.byteLength(script) <= limit) return script;
    await this.jobs.signal(
      job.id,
      'fail',
      `With its wrapper this script has ${Buffer.byteLength(script)} bytes; RouterOS ${version} reads at most ${limit} from an answer. Split it, or upgrade the router.`,
    );
    return '';
  }

  private wrap(job: Claimed, version: string, remaining: number, before: Script | undefined): string {
    const status = (status: 'busy' | 'done' | 'fail'): string => this.urls.sign(`/job/${job.id}/update`, { status });
    return printJob({
      ...{ link: this.links.link, version, token: uuidToBase62(job.id), payload: this.payload(job), remaining },
      ...(before && { before }),
      ...{ busyUrl: job.ofSection ? null : status('busy'), doneUrl: status('done'), failUrl: status('fail') },
    });
  }

  private payload({ id, script, sealed }: Claimed): string {
    return sealed ? this.keys.open(script, sealedScript(id)) : script;
  }

  private removal(device: DeviceIdentity, version: string): string {
    const notifyUrl = this.urls.sign('/notify/delete', { site: device.siteId });
    const extra = [...this.leftovers.all, ...this.sections.clearing()];
    return renderRemoval({ link: this.links.link, version, notifyUrl, deviceToken: this.tokens.issue(device), extra }).toString();
  }
}

/** A part of a push that was handed out. */
const inFlight = ({ id, payload }: SectionJob): Claimed => ({
  ...{ id, script: payload, sealed: false, backup: false, ofSection: true, state: 'sent', origin: null },
});

const TAKE_TURN = `
WITH standing AS (
  SELECT device_generation AS generation, deletion_requested_at IS NOT NULL AS leaving, software_version AS version,
    $5 AND device_generation = $4 AND deletion_requested_at IS NULL
      AND EXISTS (SELECT FROM site_section c WHERE c.site_id = $1 AND c.due_at <= $2)
      AND NOT EXISTS (SELECT FROM job f WHERE f.site_id = $1 AND f.state IN ('sent', 'busy'))
      AND (EXISTS (SELECT FROM site_section o WHERE o.site_id = $1 AND o.phase IN ('pushing', 'trial')) OR NOT (
        -- Turn and turn about: after a script of a section a waiting job comes first, but for a change that is under way. First of all
        -- comes a job: the backup at adoption shows what was there before us.
        EXISTS (SELECT FROM job w WHERE w.site_id = $1 AND w.state = 'pending') AND COALESCE((
          SELECT kind = 'section' FROM (SELECT kind, sent_at FROM job l WHERE l.site_id = $1 ORDER BY created_at DESC LIMIT 20) l
          WHERE sent_at IS NOT NULL ORDER BY sent_at DESC LIMIT 1), true))) AS due
  FROM site WHERE id = $1 AND team_id = $3
), oldest AS (
  SELECT id, origin FROM job WHERE site_id = $1 AND state = 'pending'
    AND EXISTS (SELECT FROM standing WHERE NOT leaving AND generation = $4 AND NOT due)
    AND NOT EXISTS (SELECT FROM job f WHERE f.site_id = $1 AND f.state IN ('sent', 'busy'))
  ORDER BY created_at, id LIMIT 1 FOR UPDATE
), claimed AS (
  UPDATE job SET deliveries = deliveries + 1, sent_at = $2,
    state = CASE WHEN needs_acknowledgement THEN 'sent' ELSE 'done' END,
    started_at = CASE WHEN needs_acknowledgement THEN NULL ELSE $2::timestamptz END,
    completed_at = CASE WHEN needs_acknowledgement THEN NULL ELSE $2::timestamptz END
  WHERE id = (SELECT id FROM oldest WHERE origin IS NULL OR NOT $6) AND state = 'pending'
  RETURNING id, description, needs_acknowledgement,
    json_build_object('id', id, 'script', script, 'sealed', sealed, 'backup', should_backup, 'state', state, 'origin', origin,
      'report', CASE WHEN needs_acknowledgement THEN json_build_object('description', description, 'deliveries', deliveries, 'asRead', pg_current_xact_id()::xid::text) END) AS job
), logged AS (${logged(`
  SELECT $1::uuid, $2::timestamptz, $3::uuid, 'job.sent', CASE WHEN needs_acknowledgement THEN 'Pending' ELSE 'Completed' END, id, 'job ' || id,
    CASE WHEN needs_acknowledgement THEN '${DELIVERED}' ELSE '${DELIVERED_UNACKNOWLEDGED}' END, jsonb_build_object('job_id', id, 'description', description)
  FROM claimed`)}
)
SELECT generation, leaving, version, due, job, $6 AND EXISTS (SELECT FROM oldest WHERE origin IS NOT NULL) AS heard,
  (SELECT count(*)::int FROM job w WHERE w.site_id = $1 AND w.state = 'pending' AND w.id IS DISTINCT FROM claimed.id) AS waiting
FROM standing LEFT JOIN claimed ON true`;
