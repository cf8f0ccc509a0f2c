import { Injectable } from '@nestjs/common';
import type { CredentialId, RequestContext, TeamId, UserId } from '../../../platform/context/index.js';
import { Database } from '../../../platform/database/index.js';

export interface CredentialRow {
  readonly id: CredentialId;
  readonly teamId: TeamId;
  readonly userId: UserId;
  readonly secretHash: string;
  readonly scopes: string[] | null;
  readonly expiresAt: Date | null;
}

/** What authentication asks before it knows a team; system work, never called for a person. */
@Injectable()
export class PermissionsRepository {
  constructor(private readonly db: Database) {}

  /** A credential that is not revoked and whose creator may sign in. */
  async credential(ctx: RequestContext, id: string): Promise<CredentialRow | undefined> {
    const rows = await this.db.query<CredentialRow>(
      ctx,
      `SELECT c.id, c.team_id AS "teamId", c.user_id AS "userId", c.secret_hash AS "secretHash", c.scopes, c.expires_at AS "expiresAt"
       FROM api_credential c JOIN app_user u ON u.id = c.user_id AND u.allow_login WHERE c.id = $1 AND c.revoked_at IS NULL`,
      [id],
    );
    return rows[0];
  }

  /** Scopes of a person in a team: everything their roles there contain. */
  async scopes(ctx: RequestContext, userId: UserId, teamId: TeamId): Promise<Set<string>> {
    const rows = await this.db.query<{ scope: string }>(
      ctx,
      `SELECT DISTINCT unnest(r.scopes) AS scope FROM membership m JOIN role r ON r.id = m.role_id WHERE m.user_id = $1 AND m.team_id = $2`,
      [userId, teamId],
    );
    return new Set(rows.map((r) => r.scope));
  }

  /** The team a person acts in: the chosen one while they are its member, else their oldest. Undefined when they may not sign in. */
  async activeTeam(ctx: RequestContext, userId: UserId): Promise<{ teamId: TeamId | null } | undefined> {
    const rows = await this.db.query<{ teamId: TeamId | null }>(
      ctx,
      `SELECT (SELECT m.team_id FROM membership m WHERE m.user_id = u.id ORDER BY (m.team_id = u.active_team_id) DESC NULLS LAST, m.created_at LIMIT 1) AS "teamId"
       FROM app_user u WHERE u.id = $1 AND u.allow_login`,
      [userId],
    );
    return rows[0];
  }
}
