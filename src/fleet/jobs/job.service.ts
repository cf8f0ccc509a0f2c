import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock.js';
import { type JobId, newId, RequestContext, type SiteId } from '../../platform/context/index.js';
import { AppKeys } from '../../platform/crypto/index.js';
import { Database } from '../../platform/database/index.js';
import { type DomainEvent, EventBus } from '../../platform/events/index.js';
import type { Slice } from '../../platform/http/index.js';
import { BackupUnavailable, JobAlreadyStarted, JobNotFound } from '../errors.js';
import { ExpressExecutionRequested, JobChanged, JobQueued, RouterFreed } from '../events.js';
import { OrchestrationLog } from '../log/orchestration-log.js';
import { BackupTaking } from '../ports/backup-taking.js';
import { SectionReports } from '../sections/section-reports.js';
import type { SectionOutcome } from '../sections/section-state.js';
import { SiteService } from '../sites/site.service.js';
import type { Job } from './job.entity.js';
import { stepsOf } from './job-steps.js';
import { type JobOnItsWay, JobsInFlight, type ReportedJob } from './jobs-in-flight.js';
import { isFinal, type JobSignal, type JobState, nextState } from './job-state.js';
import { JobsRepository } from './jobs.repository.js';
import { ReportedJobs } from './reported-jobs.js';

/** Longest reason that is kept of what a router said. Characters. */
const REASON_LIMIT = 2000;
/** RouterOS before 7.13 reports no words of its own. */
const NO_BACKUP =
  'The router could not bring its backup, so the script after it did not run. RouterOS before 7.13 uploads by SFTP only: see whether it reaches the SFTP server.';
const NO_EXPORT = 'The router reported success, but no complete export arrived.';

export interface JobWish {
  readonly idempotencyKey: string;
  readonly description: string;
  readonly script: string;
  readonly needsAcknowledgement: boolean;
  readonly shouldBackup: boolean;
  readonly expressExecute: boolean;
  /** The script holds secrets: it is kept sealed, shown to nobody, and forgotten when the job has ended. */
  readonly secret?: boolean;
  /** The module that acts on what becomes of it: it hears of each `JobChanged` in the transaction that makes the change. */
  readonly origin?: string;
}

export interface BackupWish {
  readonly description: string;
  readonly idempotencyKey?: string;
}

/** Binds a sealed script to its job. */
export const sealedScript = (id: JobId): string => `job-script:${id}`;

/** Scripts queued for routers: made, listed, cancelled, and what routers report of them. */
@Injectable()
export class JobService {
  constructor(
    private readonly jobs: JobsRepository,
    private readonly reported: ReportedJobs,
    private readonly inFlight: JobsInFlight,
    private readonly sites: SiteService,
    private readonly sections: SectionReports,
    private readonly log: OrchestrationLog,
    private readonly db: Database,
    private readonly events: EventBus,
    private readonly clock: Clock,
    private readonly keys: AppKeys,
    private readonly backups: BackupTaking,
  ) {}

  /**
   * Queues a script; an offline router gets it when it is back. The same key for the same site answers the first job.
   * @throws SiteNotFound, SiteBeingDeleted, BackupUnavailable
   */
  create(ctx: RequestContext, siteId: SiteId, { secret = false, origin, ...wish }: JobWish): Promise<Job> {
    if (wish.shouldBackup && !this.backups.isAvailable) throw new BackupUnavailable();
    return this.db.transaction(ctx, async (ctx) => {
      const site = await this.sites.getLiving(ctx, siteId);
      const id = newId<JobId>();
      const fresh: Job = {
        ...{
          id,
          teamId: site.teamId,
          siteId,
          kind: 'script',
          origin: origin ?? null,
          ...wish,
          script: secret ? this.keys.seal(wish.script, sealedScript(id)) : wish.script,
          sealed: secret,
          associatedBackup: null,
          state: 'pending',
          deliveries: 0,
          createdAt: this.clock.now(),
        },
        ...{ sentAt: null, startedAt: null, completedAt: null, failedAt: null, failureReason: null },
      };
      const { job, created } = await this.jobs.insertOnce(ctx, fresh);
      if (!created) return job;
      await this.log.write(ctx, stepsOf(job, 'create'));
      await this.events.publish(ctx, new JobQueued(site.teamId, siteId, job.id));
      if (job.expressExecute) await this.events.publish(ctx, new ExpressExecutionRequested(site.teamId, siteId, job.id, job.createdAt));
      return job;
    });
  }

  /**
   * Queues a backup and nothing else. One that waits already, or is under way, is the same.
   * @param idempotencyKey of whoever asks; a new one otherwise
   * @throws SiteNotFound, SiteBeingDeleted, BackupUnavailable
   */
  requestBackup(ctx: RequestContext, siteId: SiteId, { description, idempotencyKey }: BackupWish): Promise<Job> {
    return this.db.transaction(ctx, async (ctx) => {
      await this.sites.getLiving(ctx, siteId);
      await this.db.query(ctx, `SELECT pg_advisory_xact_lock(hashtextextended('backup request ' || $1, 0))`, [siteId]);
      const open = await this.jobs.openBackup(ctx, siteId);
      if (open) return open;
      const flags = { needsAcknowledgement: true, shouldBackup: true, expressExecute: false };
      return this.create(ctx, siteId, { idempotencyKey: idempotencyKey ?? newId(), description, script: '', ...flags });
    });
  }

  /** Notes which backup a job led to. @param backup `<site>/<unix time>.rsc` */
  noteBackup(ctx: RequestContext, id: JobId, backup: string): Promise<void> {
    return this.jobs.noteBackup(ctx, id, backup);
  }

  /** @throws SiteNotFound */
  async list(ctx: RequestContext, siteId: SiteId, slice: Slice): Promise<Job[]> {
    await this.sites.require(ctx, siteId);
    return this.jobs.list(ctx, siteId, slice);
  }

  /** @throws JobNotFound */
  async get(ctx: RequestContext, siteId: SiteId, id: JobId): Promise<Job> {
    const job = await this.jobs.find(ctx, siteId, id);
    if (!job) throw new JobNotFound();
    return job;
  }

  /** @throws JobNotFound, JobAlreadyStarted */
  cancel(ctx: RequestContext, siteId: SiteId, id: JobId): Promise<void> {
    return this.db.transaction(ctx, async (ctx) => {
      const job = await this.get(ctx, siteId, id);
      if (!(await this.jobs.removePending(ctx, id))) throw new JobAlreadyStarted(id, job.state);
      await this.log.write(ctx, stepsOf(job, 'cancel'));
    });
  }

  /**
   * What a router says of a job, or a sweep in its stead. A final job does not change again.
   * @param reason why it failed, for people
   * @throws JobNotFound
   */
  async signal(id: JobId, signal: JobSignal, reason?: string): Promise<void> {
    const ctx = RequestContext.system(`job ${signal}`);
    for (let kept = this.inFlight.take(id); ; kept = undefined) {
      const reported = kept ?? (await this.reported.read(ctx, id));
      if (!reported) throw new JobNotFound();
      const heard = this.hear(reported.job, signal, reason);
      // What is kept of a job may be older than its row: that nothing changes is certain only where it was read.
      if (heard ? await this.note(ctx, reported, heard) : !kept) return;
    }
  }

  /** Changes a job as a report asks for, and answers what the report came down to; undefined when nothing changed. */
  private hear(job: JobOnItsWay, signal: JobSignal, reason?: string): JobSignal | undefined {
    // A router believes that an upload went well when the connection did; whether an export came is known here.
    const empty = signal === 'done' && job.shouldBackup && job.script === '' && job.associatedBackup === null;
    const unexplained = signal === 'fail' && !reason && job.shouldBackup && job.associatedBackup === null;
    const [heard, why] = empty ? (['fail', NO_EXPORT] as const) : ([signal, unexplained ? NO_BACKUP : reason] as const);
    return applySignal(job, heard, this.clock.now(), why?.slice(0, REASON_LIMIT)) ? heard : undefined;
  }

  /** Writes what a report changed, and tells of it; false when somebody else changed it since it was read. */
  private note(ctx: RequestContext, { job, asRead, section }: ReportedJob, signal: JobSignal): Promise<boolean> {
    const { teamId, siteId, kind, state } = job;
    const now = this.clock.now();
    const end = section && isFinal(state) ? this.sections.ended(section, outcomeOf(state, signal), job.failureReason ?? '') : undefined;
    const events: DomainEvent[] = kind === 'section' ? [] : [new JobChanged(teamId, siteId, job.id, state, job.origin, now)];
    // The next one waits for this one: its router should not wait for another second thought of ours.
    if (state !== 'busy') events.push(new RouterFreed(teamId, siteId));
    const steps = [...stepsOf(job, signal), ...(end?.steps ?? [])];
    const write = async (ctx: RequestContext): Promise<boolean> => {
      const asWritten = await this.reported.write(ctx, { job, asRead, section: end?.row ?? null }, steps, now);
      if (asWritten === undefined) return false;
      if (!isFinal(state)) this.db.afterCommit(ctx, () => this.inFlight.keep({ job, asRead: asWritten, section }));
      if (end) await this.sections.follow(ctx, end);
      for (const event of events) await this.events.publish(ctx, event);
      return true;
    };
    const inside = events.some((event) => this.events.isHeardInside(event)) || (end !== undefined && this.sections.isHeardInside(end));
    return inside ? this.db.transaction(ctx, write) : write(ctx);
  }
}

const outcomeOf = (state: JobState, signal: JobSignal): SectionOutcome =>
  signal === 'time-out' ? 'lost' : state === 'done' ? 'done' : 'failed';

/** Moves a job and sets the times that belong to its new state. Answers false when nothing changed. */
export function applySignal(job: JobOnItsWay, signal: JobSignal, now: Date, reason?: string): boolean {
  const state = nextState(job.state, signal);
  if (state === job.state) return false;
  job.state = state;
  if (state === 'busy' || state === 'done' || state === 'failed') job.startedAt ??= now;
  if (state === 'done') job.completedAt = now;
  if (state === 'failed') {
    job.failedAt = now;
    job.failureReason = reason ?? 'The router reported a failure without a reason; RouterOS gives one from 7.13.';
  }
  return true;
}
