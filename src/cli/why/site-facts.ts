import type { JobState } from '../../fleet/jobs/job-state.js';
import type { RequestContext } from '../../platform/context/index.js';
import type { Database } from '../../platform/database/index.js';

export interface JobFacts {
  readonly id: string;
  readonly description: string;
  readonly state: JobState;
  readonly deliveries: number;
  readonly created_at: Date;
  readonly sent_at: Date | null;
  readonly started_at: Date | null;
  readonly completed_at: Date | null;
  readonly failed_at: Date | null;
  readonly failure_reason: string | null;
}

export interface TokenFacts {
  readonly id: string;
  readonly reusable: boolean;
  readonly expires_at: Date | null;
  readonly revoked_at: Date | null;
  readonly spent_at: Date | null;
}

/** What the database knows of a site. */
export interface SiteFacts {
  readonly id: string;
  readonly pid: string;
  readonly name: string;
  readonly team: string | null;
  readonly runbook: string | null;
  readonly hardware_hash: string | null;
  readonly device_generation: number;
  readonly identity: string | null;
  readonly serial_number: string | null;
  readonly software_version: string | null;
  readonly model: string | null;
  readonly board_name: string | null;
  readonly adopted_at: Date | null;
  readonly created_at: Date;
  readonly deletion_requested_at: Date | null;
  readonly removal_due_at: Date | null;
  readonly has_pulse: boolean | null;
  readonly last_seen_at: Date | null;
  readonly last_seen_from: string | null;
  readonly uptime_seconds: string | null;
  readonly offline_since: Date | null;
  /** When the server itself was last known to be up. */
  readonly server_alive_at: Date | null;
  /** Oldest first. */
  readonly open: readonly JobFacts[];
  /** Newest first. */
  readonly ended: readonly JobFacts[];
  readonly tokens: readonly TokenFacts[];
}

const MATCHES = 20;
const ENDED = 5;
const OPEN = 50;

/** Sites that a person may mean: by id, short id or serial number exactly, else by the beginning of the name. */
export function findSites(db: Database, ctx: RequestContext, wanted: string): Promise<{ id: string; name: string }[]> {
  return db.query(
    ctx,
    `WITH exact AS (SELECT id, name FROM site WHERE id::text = lower($1) OR pid = $1 OR serial_number = $1 OR name = $1)
     SELECT * FROM exact UNION ALL SELECT id, name FROM site WHERE NOT EXISTS (SELECT FROM exact) AND starts_with(lower(name), lower($1)) LIMIT ${MATCHES}`,
    [wanted],
  );
}

export async function readSite(db: Database, ctx: RequestContext, id: string): Promise<SiteFacts> {
  const [site] = await db.query<Omit<SiteFacts, 'open' | 'ended' | 'tokens'>>(
    ctx,
    `SELECT s.id, s.pid, s.name, t.name AS team, r.name AS runbook, s.hardware_hash, s.device_generation, s.identity, s.serial_number, s.software_version, s.model,
            s.board_name, s.adopted_at, s.created_at, s.deletion_requested_at, s.removal_due_at, p.has_pulse, p.last_seen_at, p.last_seen_from, p.uptime_seconds,
            p.offline_since, (SELECT max(alive_at) FROM server_presence) AS server_alive_at
     FROM site s LEFT JOIN team t ON t.id = s.team_id LEFT JOIN runbook r ON r.id = s.runbook_id LEFT JOIN site_pulse p ON p.site_id = s.id WHERE s.id = $1`,
    [id],
  );
  const columns = `id, description, state, deliveries, created_at, sent_at, started_at, completed_at, failed_at, failure_reason`;
  const open = await db.query<JobFacts>(
    ctx,
    `SELECT ${columns} FROM job WHERE site_id = $1 AND state IN ('pending', 'sent', 'busy') ORDER BY state = 'pending', created_at, id LIMIT ${OPEN}`,
    [id],
  );
  const ended = await db.query<JobFacts>(
    ctx,
    `SELECT ${columns} FROM job WHERE site_id = $1 AND state IN ('done', 'failed') ORDER BY COALESCE(completed_at, failed_at) DESC LIMIT ${ENDED}`,
    [id],
  );
  const tokens = await db.query<TokenFacts>(
    ctx,
    `SELECT id, reusable, expires_at, revoked_at, spent_at FROM bootstrap_token WHERE site_id = $1 ORDER BY created_at DESC LIMIT 1`,
    [id],
  );
  return { ...site!, open, ended, tokens };
}
