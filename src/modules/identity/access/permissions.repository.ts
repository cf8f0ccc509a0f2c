import { Injectable } from '@nestjs/common';
import type { ApiKeyId, CredentialId, RequestContext, SessionId, TeamId, UserId } from '../../../platform/context/index.js';
import { Database } from '../../../platform/database/index.js';

export interface CredentialRow {
  readonly id: CredentialId;
  readonly teamId: TeamId;
  readonly userId: UserId;
  readonly secretHash: string;
  readonly scopes: string[] | null;
  readonly expiresAt: Date | null;
}

export interface KeyRow {
  readonly id: ApiKeyId;
  readonly teamId: TeamId;
  readonly userId: UserId;
  readonly permissions: string[];
}

export interface SessionRow {
  readonly userId: UserId;
  readonly teamId: TeamId | null;
  readonly secondFactor: boolean;
  readonly expiresAt: Date;
}

export interface PersonRow {
  readonly userId: UserId;
  readonly teamId: TeamId | null;
}

/** The team that a person `u` acts in: the chosen one while they are its member, else their oldest. */
const ACTIVE_TEAM = `(SELECT m.team_id FROM membership m WHERE m.user_id = u.id ORDER BY (m.team_id = u.active_team_id) DESC NULLS LAST, m.created_at LIMIT 1) AS "teamId"`;

/** What authentication asks before it knows a team; system work, never called for a person. */
@Injectable()
export class PermissionsRepository {
  constructor(private readonly db: Database) {}

  /** A credential that is not revoked and whose creator may sign in and is still in its team. */
  async credential(ctx: RequestContext, id: string): Promise<CredentialRow | undefined> {
    const rows = await this.db.query<CredentialRow>(
      ctx,
      `SELECT c.id, c.team_id AS "teamId", c.user_id AS "userId", c.secret_hash AS "secretHash", c.scopes, c.expires_at AS "expiresAt"
       FROM api_credential c JOIN app_user u ON u.id = c.user_id AND u.allow_login WHERE c.id = $1 AND c.revoked_at IS NULL
         AND EXISTS (SELECT FROM membership m WHERE m.user_id = c.user_id AND m.team_id = c.team_id)`,
      [id],
    );
    return rows[0];
  }

  /** Whether a person is in a team, whatever their roles contain. */
  async isMember(ctx: RequestContext, userId: UserId, teamId: TeamId): Promise<boolean> {
    return (await this.db.query(ctx, `SELECT FROM membership WHERE user_id = $1 AND team_id = $2 LIMIT 1`, [userId, teamId])).length > 0;
  }

  /** Who owns a team. */
  async owner(ctx: RequestContext, teamId: TeamId): Promise<UserId | null> {
    const [row] = await this.db.query<{ ownerId: UserId | null }>(ctx, `SELECT owner_id AS "ownerId" FROM team WHERE id = $1`, [teamId]);
    return row?.ownerId ?? null;
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

  /** An API key by one of the hashes of its secret, when its creator may sign in and is still in its team. */
  async key(ctx: RequestContext, secretHashes: readonly string[]): Promise<KeyRow | undefined> {
    const rows = await this.db.query<KeyRow>(
      ctx,
      `SELECT k.id, k.team_id AS "teamId", k.user_id AS "userId", k.permissions FROM api_key k JOIN app_user u ON u.id = k.user_id AND u.allow_login WHERE k.secret_hash = ANY($1)
         AND EXISTS (SELECT FROM membership m WHERE m.user_id = k.user_id AND m.team_id = k.team_id)`,
      [secretHashes],
    );
    return rows[0];
  }

  /** The team a person acts in: the chosen one while they are its member, else their oldest. */
  async activeTeam(ctx: RequestContext, userId: UserId): Promise<TeamId | undefined> {
    const rows = await this.db.query<{ teamId: TeamId | null }>(ctx, `SELECT ${ACTIVE_TEAM} FROM app_user u WHERE u.id = $1`, [userId]);
    return rows[0]?.teamId ?? undefined;
  }

  /** A living session of a person who may sign in, with the team they act in. */
  async session(ctx: RequestContext, id: SessionId): Promise<SessionRow | undefined> {
    const rows = await this.db.query<SessionRow>(
      ctx,
      `SELECT s.user_id AS "userId", s.expires_at AS "expiresAt", s.second_factor_at IS NOT NULL AS "secondFactor",
         ${ACTIVE_TEAM}
       FROM user_session s JOIN app_user u ON u.id = s.user_id AND u.allow_login WHERE s.id = $1 AND s.ended_at IS NULL`,
      [id],
    );
    return rows[0];
  }

  /** The person behind an identity of an external issuer, when they may sign in, with the team they act in. */
  async linked(ctx: RequestContext, issuer: string, subject: string): Promise<PersonRow | undefined> {
    const rows = await this.db.query<PersonRow>(
      ctx,
      `SELECT u.id AS "userId", ${ACTIVE_TEAM} FROM linked_identity l JOIN app_user u ON u.id = l.user_id AND u.allow_login WHERE l.issuer = $1 AND l.subject = $2`,
      [issuer, subject],
    );
    return rows[0];
  }
}
