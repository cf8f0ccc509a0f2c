import { Injectable } from '@nestjs/common';
import type { JobId, RequestContext } from '../../platform/context/index.js';
import { AcrossTeams, AS_WRITTEN, columnsOf, Database, UNHURRIED } from '../../platform/database/index.js';
import type { LogEntry } from '../log/log-entry.js';
import { entriesJson, logged, stepsOfJson } from '../log/orchestration-log.js';
import { type ReadSection, sectionValues, UPDATE_SECTION } from '../sections/sections.repository.js';
import { SiteSection } from '../sections/site-section.entity.js';
import { Job } from './job.entity.js';
import type { JobOnItsWay, ReportedJob } from './jobs-in-flight.js';

/** Before the names of a section's columns, where they stand beside those of its job. */
const SECTION = 'section.';

/** @param first number of the first of the eight placeholders that `jobValues` fills */
const updateJob = (first: number, where: string): string => {
  const [id, state, deliveries, sent, started, completed, failed, reason] = Array.from({ length: 8 }, (_, i) => `$${first + i}`);
  return `
  UPDATE job SET state = ${state}, deliveries = ${deliveries}, sent_at = ${sent}, started_at = ${started}, completed_at = ${completed}, failed_at = ${failed},
    failure_reason = ${reason}, script = CASE WHEN sealed AND ${state} IN ('done', 'failed') THEN '' ELSE script END
  WHERE id = ${id} AND ${where} RETURNING id`;
};

const jobValues = ({ id, state, deliveries, sentAt, startedAt, completedAt, failedAt, failureReason }: JobOnItsWay): unknown[] => [
  ...[id, state, deliveries, sentAt, startedAt, completedAt, failedAt, failureReason],
];

const WRITE = `
WITH changed AS (${updateJob(1, 'xmin::text = $9')}
), logged AS (${logged(`${stepsOfJson('$10', '$11')} WHERE EXISTS (SELECT FROM changed)`)}
)
SELECT ${AS_WRITTEN} FROM changed`;

/** Both or none. The commit does not wait for the disk: a section bears that a report is lost, and asks once more. */
const WRITE_BOTH = `
WITH held AS (
  SELECT FROM job WHERE id = $27 AND xmin::text = $35 FOR UPDATE
), section AS (
  ${UPDATE_SECTION} AND EXISTS (SELECT FROM held) RETURNING 1
), changed AS (${updateJob(27, 'EXISTS (SELECT FROM section)')}
), logged AS (${logged(`${stepsOfJson('$36', '$37')} WHERE EXISTS (SELECT FROM changed)`)}
)
SELECT ${UNHURRIED}, ${AS_WRITTEN} FROM changed`;

/**
 * Jobs of which routers report, of every team: their signed links name none. A report is read and written by one statement each;
 * what is written says which state was read, so that nothing is locked in between.
 */
@Injectable()
export class ReportedJobs extends AcrossTeams<Job> {
  constructor(db: Database) {
    super(db, Job);
  }

  async read(ctx: RequestContext, id: JobId): Promise<ReportedJob | undefined> {
    const [row] = await this.db.query<Record<string, unknown>>(
      this.checked(ctx),
      `SELECT ${columnsOf(this.db, Job, 'j')}, j.xmin::text AS "asRead", ${columnsOf(this.db, SiteSection, 's', SECTION)}, s.xmin::text AS "${SECTION}asRead"
       FROM job j LEFT JOIN site_section s ON s.job_id = j.id WHERE j.id = $1`,
      [id],
    );
    if (!row) return undefined;
    const { asRead, ...columns } = row;
    const job: Record<string, unknown> = {};
    const section: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(columns)) {
      if (name.startsWith(SECTION)) section[name.slice(SECTION.length)] = value;
      else job[name] = value;
    }
    return {
      ...{ job: job as unknown as Job, asRead: asRead as string },
      section: section['asRead'] === null ? null : (section as unknown as ReadSection),
    };
  }

  /**
   * Writes a job, the section that waited for it if it concerns it, and their steps in the log.
   * @returns which state of the rows that is; undefined, and nothing is written, when one of them has changed since it was read
   */
  async write(
    ctx: RequestContext,
    { job, asRead, section }: ReportedJob,
    steps: readonly LogEntry[],
    now: Date,
  ): Promise<string | undefined> {
    const rest = [...jobValues(job), asRead, entriesJson(steps), now];
    const [sql, values] = section ? [WRITE_BOTH, [...sectionValues(section), section.asRead, ...rest]] : [WRITE, rest];
    return (await this.db.query<{ asRead: string }>(this.checked(ctx), sql, values))[0]?.asRead;
  }
}
