import { Injectable } from '@nestjs/common';
import { Settings } from '../../config/index.js';
import type { BackupOrder } from '../../fleet/index.js';
import { Clock } from '../../platform/clock/clock.js';
import { isUuid, type JobId, type RequestContext, type SiteId, type TeamId } from '../../platform/context/index.js';
import { AppKeys, Random } from '../../platform/crypto/index.js';
import { Database } from '../../platform/database/index.js';
import { defineTask, Every, Handles } from '../../platform/tasks/index.js';

const PASSWORD_LENGTH = 32;
const PURPOSE = 'backup-password';
const dropTickets = defineTask<null>({ name: 'backups.drop-tickets', lane: 'slow' });

/** Leave to bring one export, as whoever takes it sees it. */
export interface Ticket {
  readonly jobId: JobId;
  readonly teamId: TeamId;
  readonly siteId: SiteId;
  readonly takenAt: Date;
  /** Its export has come. */
  readonly isEnded: boolean;
}

/** Passwords and upload addresses that routers get with a backup script: short-lived, for one export each. */
@Injectable()
export class Tickets {
  constructor(
    private readonly db: Database,
    private readonly keys: AppKeys,
    private readonly random: Random,
    private readonly clock: Clock,
    private readonly settings: Settings,
  ) {}

  /** A ticket for a job that is about to go out, in place of one that it had. The password is known to nobody but the router. */
  async issue(ctx: RequestContext, { jobId, siteId, teamId }: BackupOrder): Promise<{ password: string; takenAt: Date; expiresAt: Date }> {
    const password = this.random.alphanumeric(PASSWORD_LENGTH);
    const now = this.clock.millis();
    const expiresAt = new Date(now + this.settings.JOB_TIMEOUT_SECONDS * 1000);
    // Pieces of an earlier attempt are of another export.
    await this.db.query(ctx, `DELETE FROM backup_part WHERE job_id = $1`, [jobId]);
    const [row] = await this.db.query<{ takenAt: Date }>(ctx, ISSUE, [
      ...[jobId, teamId, siteId, new Date(Math.floor(now / 1000) * 1000)],
      ...[this.keys.mac(password, PURPOSE), expiresAt],
    ]);
    return { password, takenAt: row!.takenAt, expiresAt };
  }

  /** A login by SFTP, which uses the password up. Undefined when it is refused. @param ctx of a system that sees all teams */
  async logIn(ctx: RequestContext, user: string, password: string): Promise<Ticket | undefined> {
    if (!isUuid(user)) return undefined;
    const [row] = await this.db.query<Ticket>(
      ctx,
      `UPDATE backup_ticket SET login_at = $3 WHERE site_id = $1 AND password_hash = ANY($2::text[]) AND login_at IS NULL AND ended_at IS NULL AND expires_at > $3
       RETURNING ${FIELDS}`,
      [user.toLowerCase(), this.keys.macsOf(password, PURPOSE), this.clock.now()],
    );
    return row;
  }

  /** The ticket of a job while its time lasts, locked until the transaction ends. @param ctx of a system that sees all teams */
  async lock(ctx: RequestContext, jobId: JobId): Promise<Ticket | undefined> {
    const sql = `SELECT ${FIELDS} FROM backup_ticket WHERE job_id = $1 AND expires_at > $2 FOR UPDATE`;
    return (await this.db.query<Ticket>(ctx, sql, [jobId, this.clock.now()]))[0];
  }

  /** Ends a ticket in the transaction that keeps its export. False when another upload was quicker. */
  async end(ctx: RequestContext, { jobId, takenAt }: Ticket): Promise<boolean> {
    const rows = await this.db.query(
      ctx,
      `UPDATE backup_ticket SET ended_at = $3 WHERE job_id = $1 AND taken_at = $2 AND ended_at IS NULL AND expires_at > $3 RETURNING 1`,
      [jobId, takenAt, this.clock.now()],
    );
    return rows.length === 1;
  }

  @Every(600)
  @Handles(dropTickets)
  async drop(ctx: RequestContext): Promise<void> {
    await this.db.query(ctx, `DELETE FROM backup_ticket WHERE expires_at < $1`, [this.clock.now()]);
  }
}

const FIELDS = `job_id AS "jobId", team_id AS "teamId", site_id AS "siteId", taken_at AS "takenAt", ended_at IS NOT NULL AS "isEnded"`;

/** Later than every version of the site, whose names are seconds. */
const ISSUE = `
INSERT INTO backup_ticket (job_id, team_id, site_id, taken_at, password_hash, expires_at)
VALUES ($1, $2, $3, GREATEST($4, (SELECT max(taken_at) + interval '1 s' FROM backup WHERE site_id = $3)), $5, $6)
ON CONFLICT (job_id) DO UPDATE SET taken_at = EXCLUDED.taken_at, password_hash = EXCLUDED.password_hash, expires_at = EXCLUDED.expires_at,
  login_at = NULL, ended_at = NULL
RETURNING taken_at AS "takenAt"`;
