import { Injectable } from '@nestjs/common';
import type { SelectQueryBuilder } from 'typeorm';
import type { JobId, RequestContext, SiteId } from '../../platform/context/index.js';
import { AppKeys } from '../../platform/crypto/index.js';
import { AcrossTeams, AS_WRITTEN, columnsOf, Database, UNHURRIED } from '../../platform/database/index.js';
import { keyed, type KeyedWish, NOTHING_WISHED, type Wish } from '../../routeros/sections/index.js';
import { logged } from '../log/orchestration-log.js';
import type { DeviceIdentity } from '../poll/device-tokens.js';
import { FormsOfWishes } from './forms-of-wishes.js';
import { KeptRecently } from './kept-recently.js';
import type { SectionProgress } from './section-state.js';
import type { SectionJob } from './section-job.js';
import { SiteSection } from './site-section.entity.js';

/** A newer wish, and the step in each site's log: one statement, for it may be one of ten thousand sites. */
const MARK = `
WITH marked AS (
  INSERT INTO site_section (site_id, section, team_id, wanted_at, due_at)
  SELECT id, $2, team_id, $3, $3 FROM site WHERE team_id = $1 AND ($4::uuid[] IS NULL OR id = ANY($4)) ORDER BY id
  ON CONFLICT (site_id, section) DO UPDATE SET wanted = site_section.wanted + 1, attempts = 0, wanted_at = $3, due_at = $3
  RETURNING site_id, team_id, wanted
), logged AS (${logged(`
  SELECT site_id, $3::timestamptz, team_id, 'section.wanted', 'Pending', NULL::uuid, 'section ' || $2 || ' ' || wanted,
    'Section ' || $2 || ' is to change at the next poll.', jsonb_build_object('section', $2::text, 'generation', wanted)
  FROM marked`)}
)
SELECT site_id AS id FROM marked`;

/** Everything that changes but `wanted`, which `mark` may have raised meanwhile; of a row as it was read, where $26 says which. */
export const UPDATE_SECTION = `
UPDATE site_section SET wanted = GREATEST(wanted, $3), sent = $4, applied = $5, applied_hash = $6, sent_hash = $7, salt = $8, phase = $9, part = $10, parts = $11,
  trial = $12, path_before = $13, path_after = $14, attempts = $15, last_error = $16, due_at = $17, job_id = $18, fingerprint = $19, sent_at = $20,
  applied_at = $21, checked_at = $22, drifted_at = $23, version = $25
WHERE site_id = $1 AND section = $2 AND team_id = $24 AND ($26::text IS NULL OR xmin::text = $26)`;

/** The first 25 values of `UPDATE_SECTION`. */
export const sectionValues = (row: SiteSection): unknown[] => [
  ...[row.siteId, row.section, row.wanted, row.sent, row.applied, row.appliedHash, row.sentHash, row.salt, row.phase, row.part, row.parts],
  ...[row.trial, row.pathBefore, row.pathAfter, row.attempts, row.lastError, row.dueAt, row.jobId, row.fingerprint, row.sentAt],
  ...[row.appliedAt, row.checkedAt, row.driftedAt, row.teamId, row.version],
];

/** The commit does not wait for the disk: should the power of the database's machine fail just then, the same part goes out once more. */
const SEND = `
WITH changed AS (
  ${UPDATE_SECTION} AND EXISTS (SELECT FROM site WHERE id = $1 AND device_generation = $27 AND deletion_requested_at IS NULL) RETURNING site_id, team_id
), kept AS (
  INSERT INTO section_content (team_id, hash, sealed, created_at) SELECT team_id, $35::text, $36::text, $30::timestamptz FROM changed WHERE $35::text IS NOT NULL ON CONFLICT DO NOTHING
), inserted AS (
  INSERT INTO job (id, team_id, site_id, idempotency_key, description, kind, script, express_execute, needs_acknowledgement, should_backup, state, deliveries, created_at, sent_at)
  SELECT $28::uuid, team_id, site_id, $28::uuid::text, $29, 'section', '', false, true, false, 'sent', 1, $30::timestamptz, $30::timestamptz FROM changed
  RETURNING id, team_id, site_id
), logged AS (${logged(`
  SELECT site_id, $30::timestamptz, team_id, $31::text, 'Pending', id, $32::text, $33::text, $34::jsonb FROM inserted WHERE $31::text IS NOT NULL`)}
)
SELECT ${UNHURRIED}, ${AS_WRITTEN} FROM inserted`;

/** A section as it was read without a lock. */
export type ReadSection = SiteSection & {
  /** Which state of the row that was. */
  readonly asRead: string;
};

/** A site with its sections, read without a lock. */
export interface SiteAsRead {
  readonly device: DeviceIdentity;
  /** RouterOS version of its router; empty when it said none. */
  readonly version: string;
  readonly rows: ReadSection[];
}

export interface Dispatch {
  readonly job: Pick<SectionJob, 'id' | 'title' | 'step'>;
  /** A wish that is not known yet under its hash. */
  readonly content?: { readonly wish: Wish; readonly hash: string };
  /** Of the router that asks. */
  readonly generation: number;
  readonly now: Date;
}

const SEALED_FOR = 'section-content';
/** Contents kept in memory: sites that change together mostly share two. */
const CONTENTS_KEPT = 100;

/** Sections of sites. Polls come with the team of their router, what a job reports comes without one. */
@Injectable()
export class SectionsRepository extends AcrossTeams<SiteSection> {
  /** Contents read or written lately, by team and hash; they never change. */
  private readonly contents = new KeptRecently<KeyedWish>(CONTENTS_KEPT);
  private readonly sealedForms = new FormsOfWishes<string>();

  constructor(
    db: Database,
    private readonly keys: AppKeys,
  ) {
    super(db, SiteSection);
  }

  /**
   * A newer wish for these sites of the context's team, in one statement however many they are. What failed is tried at once.
   * Sites that are being deleted or have no router yet are marked too: it costs nothing until they poll.
   */
  async mark(ctx: RequestContext, section: string, sites: readonly SiteId[] | 'all', now: Date): Promise<SiteId[]> {
    const rows = await this.db.query<{ id: SiteId }>(ctx, MARK, [ctx.requireTeam(), section, now, sites === 'all' ? null : sites]);
    return rows.map(({ id }) => id);
  }

  /** A router serves this site of which nothing is known: every section is written anew. */
  async markAnew(ctx: RequestContext, siteId: SiteId, sections: readonly string[], now: Date): Promise<void> {
    await this.db.query(
      ctx,
      `INSERT INTO site_section (site_id, section, team_id, wanted_at, due_at)
       SELECT s.id, n, s.team_id, $4, $4 FROM site s, unnest($3::text[]) n WHERE s.id = $2 AND s.team_id = $1
       ON CONFLICT (site_id, section) DO UPDATE SET wanted = site_section.wanted + 1, salt = site_section.salt + 1, applied_hash = NULL, phase = 'idle',
         job_id = NULL, attempts = 0, fingerprint = NULL, wanted_at = $4, due_at = $4`,
      [ctx.requireTeam(), siteId, sections, now],
    );
  }

  /** Marks a section for adopted sites that never had it, of every team. */
  async markMissing(ctx: RequestContext, section: string, now: Date): Promise<void> {
    await this.db.query(
      this.checked(ctx),
      `INSERT INTO site_section (site_id, section, team_id, wanted_at, due_at) SELECT id, $1, team_id, $2, $2 FROM site s
       WHERE hardware_hash IS NOT NULL AND NOT EXISTS (SELECT FROM site_section o WHERE o.site_id = s.id AND o.section = $1) ON CONFLICT DO NOTHING`,
      [section, now],
    );
  }

  /** A newer wish where a section has nothing in force, of every team. */
  async markEmpty(ctx: RequestContext, section: string, now: Date): Promise<SiteId[]> {
    const rows = await this.db.query<{ id: SiteId }>(
      this.checked(ctx),
      `UPDATE site_section SET wanted = wanted + 1, wanted_at = $3, due_at = $3 WHERE section = $1 AND applied_hash = $2 AND wanted = applied
       RETURNING site_id AS id`,
      [section, keyed(NOTHING_WISHED, 1).hash, now],
    );
    return rows.map(({ id }) => id);
  }

  /** Everything of a section is written anew at these sites of the context's team, whatever is known. */
  async markUnknown(ctx: RequestContext, section: string, sites: readonly SiteId[], now: Date): Promise<SiteId[]> {
    const rows = await this.db.query<{ id: SiteId }>(
      ctx,
      `UPDATE site_section SET wanted = wanted + 1, salt = salt + 1, applied_hash = NULL, fingerprint = NULL, attempts = 0, wanted_at = $4, due_at = $4
       WHERE team_id = $1 AND section = $2 AND site_id = ANY($3::uuid[]) RETURNING site_id AS id`,
      [ctx.requireTeam(), section, sites, now],
    );
    return rows.map(({ id }) => id);
  }

  /** A newer wish for every section of a site that was asked for another RouterOS version than its router has now. */
  async remark(ctx: RequestContext, siteId: SiteId, now: Date): Promise<void> {
    await this.db.query(
      ctx,
      `UPDATE site_section c SET wanted = wanted + 1, wanted_at = $3, due_at = LEAST(due_at, $3) FROM site s
       WHERE c.site_id = $1 AND c.team_id = $2 AND s.id = c.site_id AND c.version <> COALESCE(s.software_version, '')`,
      [siteId, ctx.requireTeam(), now],
    );
  }

  /** The next polls look at what is in force. */
  async lookAgain(ctx: RequestContext, siteId: SiteId, now: Date): Promise<void> {
    await this.db.query(
      ctx,
      `UPDATE site_section SET due_at = $3 WHERE site_id = $1 AND team_id = $2 AND phase = 'idle' AND attempts = 0`,
      [siteId, ctx.requireTeam(), now],
    );
  }

  /** The columns of a `ReadSection`, of the table `e`. */
  private get columnsAsRead(): string {
    return `${columnsOf(this.db, SiteSection)}, e.xmin::text AS "asRead"`;
  }

  /** All sections of a site of the context's team. What is written of them says which state was read. */
  read(ctx: RequestContext, siteId: SiteId): Promise<ReadSection[]> {
    return this.db.query(
      ctx,
      `SELECT ${this.columnsAsRead} FROM site_section e WHERE e.site_id = $1 AND e.team_id = $2 ORDER BY e.section`,
      [siteId, ctx.requireTeam()],
    );
  }

  /** Sections of these sites, of every team, but of those that are being deleted or have jobs that wait or are in flight. */
  async readFree(ctx: RequestContext, sites: readonly SiteId[]): Promise<SiteAsRead[]> {
    const found = await this.db.query<ReadSection & { generation: number; routerVersion: string }>(
      this.checked(ctx),
      `SELECT ${this.columnsAsRead}, s.device_generation AS generation, COALESCE(s.software_version, '') AS "routerVersion"
       FROM site_section e JOIN site s ON s.id = e.site_id WHERE e.site_id = ANY($1::uuid[]) AND s.deletion_requested_at IS NULL
         AND NOT EXISTS (SELECT FROM job j WHERE j.site_id = e.site_id AND j.state = 'pending')
         AND NOT EXISTS (SELECT FROM job j WHERE j.site_id = e.site_id AND j.state IN ('sent', 'busy')) ORDER BY e.section`,
      [sites],
    );
    const bySite = new Map<SiteId, SiteAsRead>();
    for (const { generation, routerVersion: version, ...row } of found) {
      const { siteId, teamId } = row;
      const known = bySite.get(siteId);
      if (known) known.rows.push(row);
      else bySite.set(siteId, { device: { siteId, teamId, generation }, version, rows: [row] });
    }
    return [...bySite.values()];
  }

  /** The section that sent this job, of whichever team. */
  async readByJob(ctx: RequestContext, jobId: JobId): Promise<ReadSection | undefined> {
    const sql = `SELECT ${this.columnsAsRead} FROM site_section e WHERE e.job_id = $1`;
    return (await this.db.query<ReadSection>(this.checked(ctx), sql, [jobId]))[0];
  }

  async lockOne(ctx: RequestContext, siteId: SiteId, section: string): Promise<SiteSection | undefined> {
    return (await this.locked(ctx, 'e.site_id = $1 AND e.section = $2', [siteId, section]))[0];
  }

  /** Sections of a site of the context's team, by name. */
  ofSite(ctx: RequestContext, siteId: SiteId): Promise<SiteSection[]> {
    return this.ofTeam(ctx).andWhere('e.siteId = :siteId', { siteId }).orderBy('e.section').getMany();
  }

  private ofTeam(ctx: RequestContext): SelectQueryBuilder<SiteSection> {
    return this.db.manager(ctx).createQueryBuilder(SiteSection, 'e').andWhere('e.teamId = :teamId', { teamId: ctx.requireTeam() });
  }

  /** Of these sites of the context's team: where the newest try failed, and where the newest wish is not in force yet. */
  async tally(ctx: RequestContext, section: string, sites: readonly SiteId[]): Promise<{ failed: number; open: number }> {
    const [row] = await this.db.query<{ failed: number; open: number }>(
      ctx,
      `SELECT count(*) FILTER (WHERE attempts > 0)::int AS failed, count(*) FILTER (WHERE attempts = 0 AND wanted > applied)::int AS open
       FROM site_section WHERE team_id = $1 AND section = $2 AND site_id = ANY($3::uuid[])`,
      [ctx.requireTeam(), section, sites],
    );
    return row ?? { failed: 0, open: 0 };
  }

  /** Living sites of the context's team that have not got the newest wish, in one statement. */
  async unsettled(ctx: RequestContext, section: string, among?: readonly SiteId[]): Promise<Map<SiteId, SectionProgress>> {
    const rows = await this.db.query<{ id: SiteId; progress: SectionProgress }>(
      ctx,
      `SELECT o.site_id AS id, CASE WHEN p.has_pulse AND (o.attempts = 0 OR o.phase NOT IN ('idle', 'checking')) THEN 'underway'
         WHEN o.attempts > 0 THEN 'failed' ELSE 'waiting' END AS progress
       FROM site_section o JOIN site s ON s.id = o.site_id LEFT JOIN site_pulse p ON p.site_id = o.site_id
       WHERE o.team_id = $1 AND o.section = $2 AND ($3::uuid[] IS NULL OR o.site_id = ANY($3)) AND s.deletion_requested_at IS NULL
         AND (o.wanted > o.applied OR o.attempts > 0 OR o.phase NOT IN ('idle', 'checking'))`,
      [ctx.requireTeam(), section, among ?? null],
    );
    return new Map(rows.map(({ id, progress }) => [id, progress]));
  }

  /**
   * Writes everything that changes; `wanted` is left to `mark`, which may have raised it meanwhile. The commit does not wait for the
   * disk: what the power takes of the last second is sent, or asked, once more, and a section bears that.
   */
  async save(ctx: RequestContext, row: SiteSection): Promise<void> {
    await this.db.query(ctx, `${UPDATE_SECTION} RETURNING ${UNHURRIED}`, [...sectionValues(row), null]);
  }

  /**
   * The same for one that was read without a lock.
   * @returns which state of the row that is; undefined, and nothing written, when it has changed since
   */
  async saveAsRead(ctx: RequestContext, row: ReadSection): Promise<string | undefined> {
    const sql = `${UPDATE_SECTION} RETURNING ${UNHURRIED}, ${AS_WRITTEN}`;
    return (await this.db.query<{ asRead: string }>(ctx, sql, [...sectionValues(row), row.asRead]))[0]?.asRead;
  }

  /**
   * Hands a job of a section to its router: the section, the job that is in flight from here on, its step in the log and the wish that
   * it brings, in one statement. Undefined, and nothing written, when the section has changed since it was read, another router serves
   * the site by now, or it is being deleted; else which state of the rows that is. Raises a unique violation when another job is in flight.
   */
  async send(ctx: RequestContext, row: ReadSection, { job, content, generation, now }: Dispatch): Promise<string | undefined> {
    const { id, title, step } = job;
    const logged = step ? [step.type, step.run, step.message, JSON.stringify(step.context)] : [null, null, null, null];
    const kept = content ? [content.hash, this.sealed(content.wish, row.salt)] : [null, null];
    const values = [...sectionValues(row), row.asRead, generation, id, title, now, ...logged, ...kept];
    return (await this.db.query<{ asRead: string }>(ctx, SEND, values))[0]?.asRead;
  }

  /** Many sites have the same wish, and their sections keep it. */
  private sealed(wish: Wish, salt: number): string {
    return this.sealedForms.get(wish, salt, () => this.keys.seal(JSON.stringify({ salt, wish }), SEALED_FOR));
  }

  /** What was sent under this hash; null when it is not known any more. */
  async load(ctx: RequestContext, hash: string | null): Promise<KeyedWish | null> {
    if (hash === null) return null;
    const teamId = ctx.requireTeam();
    return this.contents.get(`${teamId} ${hash}`, async () => {
      const sql = `SELECT sealed FROM section_content WHERE team_id = $1 AND hash = $2`;
      const [row] = await this.db.query<{ sealed: string }>(ctx, sql, [teamId, hash]);
      if (!row) return null;
      const { salt, wish } = JSON.parse(this.keys.open(row.sealed, SEALED_FOR)) as { salt: number; wish: Wish };
      return keyed(wish, salt);
    });
  }

  /** Removes contents that no section refers to, made before a time: younger ones may belong to a push that is being written. */
  async removeUnused(ctx: RequestContext, before: Date): Promise<void> {
    await this.db.query(
      this.checked(ctx),
      `DELETE FROM section_content c WHERE created_at < $1
         AND NOT EXISTS (SELECT FROM site_section s WHERE s.team_id = c.team_id AND (s.applied_hash = c.hash OR s.sent_hash = c.hash)) RETURNING 1`,
      [before],
    );
  }
}
