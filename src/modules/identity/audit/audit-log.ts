import { Injectable } from '@nestjs/common';
import { AuditEvent } from '../../../platform/audit/index.js';
import { RequestContext, type UserId } from '../../../platform/context/index.js';
import { Database } from '../../../platform/database/index.js';
import { ValidationFailed } from '../../../platform/errors/index.js';

export interface AuditWish {
  readonly limit: number;
  readonly cursor?: string;
  readonly from?: Date;
  readonly until?: Date;
  readonly method?: string;
  readonly status?: number;
  readonly userId?: UserId;
  readonly search?: string;
}

export interface AuditStretch {
  readonly from: Date;
  readonly until: Date;
  /** Whose lines; everybody's without. */
  readonly people?: readonly UserId[];
  /** Number of the line behind which to go on. */
  readonly after?: string;
  readonly limit: number;
}

export interface AuditPage {
  readonly events: AuditEvent[];
  /** Where the next page begins; null at the end. */
  readonly cursor: string | null;
}

/** What a team's people may read of the audit log: their team's lines, and what the caller did outside any team. */
@Injectable()
export class AuditLog {
  private readonly system = RequestContext.system('audit-log');

  constructor(private readonly db: Database) {}

  /** Newest first. Lines that are written meanwhile come before the first page and shift nothing. @throws ValidationFailed for a cursor that is not ours */
  async read(ctx: RequestContext, wish: AuditWish): Promise<AuditPage> {
    const query = this.db
      .manager(this.system)
      .createQueryBuilder(AuditEvent, 'e')
      .andWhere('(e.teamId = :teamId OR (e.teamId IS NULL AND e.userId = :own))', { teamId: ctx.requireTeam(), own: ctx.userId ?? null })
      .orderBy('e.seq', 'DESC')
      .take(wish.limit + 1);
    if (wish.cursor !== undefined) query.andWhere('e.seq < :before', { before: seqOf(wish.cursor) });
    if (wish.from) query.andWhere('e.at >= :from', { from: wish.from });
    if (wish.until) query.andWhere('e.at <= :until', { until: wish.until });
    if (wish.method) query.andWhere('e.method = :method', { method: wish.method });
    if (wish.status) query.andWhere('e.status = :status', { status: wish.status });
    if (wish.userId) query.andWhere('e.userId = :userId', { userId: wish.userId });
    if (wish.search)
      query.andWhere(`concat_ws(' ', e.endpoint, e.name, e.email, e.ip, e.request_id, e.payload) ILIKE :like`, {
        like: `%${wish.search.replace(/[\\%_]/g, '\\$&')}%`,
      });
    const events = await query.getMany();
    const more = events.length > wish.limit;
    return { events: events.slice(0, wish.limit), cursor: more ? cursorOf(events[wish.limit - 1]!) : null };
  }

  /**
   * The team's lines in the order of the chain, oldest first, times inclusive. Lines are committed in that order too: none
   * appears behind a reader.
   */
  follow(ctx: RequestContext, { from, until, people, after = '0', limit }: AuditStretch): Promise<AuditEvent[]> {
    const query = this.db
      .manager(this.system)
      .createQueryBuilder(AuditEvent, 'e')
      .andWhere('e.teamId = :teamId AND e.seq > :after', { teamId: ctx.requireTeam(), after })
      .andWhere('e.at >= :from AND e.at <= :until', { from, until })
      .orderBy('e.seq', 'ASC')
      .take(limit);
    if (people) query.andWhere('e.userId = ANY(:people)', { people });
    return query.getMany();
  }

  /** Those of these people who are in the context's team, or did something in it that is still in the log. */
  async people(ctx: RequestContext, among: readonly UserId[]): Promise<Set<UserId>> {
    const rows = await this.db.query<{ id: UserId }>(
      this.system,
      `SELECT u.id FROM unnest($2::uuid[]) AS u (id) WHERE EXISTS (SELECT FROM membership m WHERE m.team_id = $1 AND m.user_id = u.id)
         OR EXISTS (SELECT FROM audit_event e WHERE e.team_id = $1 AND e.user_id = u.id)`,
      [ctx.requireTeam(), among],
    );
    return new Set(rows.map(({ id }) => id));
  }

  /** Organization and workspace of a team, as the contract's events name them. */
  async homeOf(ctx: RequestContext): Promise<{ organizationId: string; workspaceId: string } | undefined> {
    const [row] = await this.db.query<{ organizationId: string; workspaceId: string }>(
      this.system,
      `SELECT o.id AS "organizationId", o.workspace_id AS "workspaceId" FROM team t JOIN organization o ON o.id = t.organization_id WHERE t.id = $1`,
      [ctx.requireTeam()],
    );
    return row;
  }
}

const cursorOf = (event: AuditEvent): string => Buffer.from(`audit ${event.seq}`).toString('base64url');

function seqOf(cursor: string): string {
  const seq = /^audit (\d{1,18})$/.exec(Buffer.from(cursor, 'base64url').toString())?.[1];
  if (seq === undefined) throw new ValidationFailed({ cursor: ['cursor is not one that this operation answered'] });
  return seq;
}
