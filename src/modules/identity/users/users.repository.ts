import { Injectable } from '@nestjs/common';
import type { RequestContext, RoleId, UserId } from '../../../platform/context/index.js';
import { Database } from '../../../platform/database/index.js';
import { User } from '../accounts/user.entity.js';

/** A person as a team sees them. */
export interface TeamUser {
  readonly user: User;
  readonly isTwoFactorOn: boolean;
  /** Held in the context's team; none for who is not in it. */
  readonly roles: readonly RoleId[];
}

const CAP = 500;

/** People through the eyes of the context's team: row-level security shows no membership of another one. */
@Injectable()
export class UsersRepository {
  constructor(private readonly db: Database) {}

  /** Oldest members first. */
  async list(ctx: RequestContext): Promise<TeamUser[]> {
    const users = await this.db
      .manager(ctx)
      .createQueryBuilder(User, 'u')
      .innerJoin(
        '(SELECT user_id, min(created_at) AS since FROM membership WHERE team_id = :teamId GROUP BY user_id)',
        'm',
        'm.user_id = u.id',
      )
      .setParameter('teamId', ctx.requireTeam())
      .orderBy('m.since')
      .addOrderBy('u.id')
      .limit(CAP)
      .getMany();
    return this.seen(ctx, users);
  }

  /** A member of the context's team. */
  async member(ctx: RequestContext, id: UserId): Promise<TeamUser | undefined> {
    const found = await this.anyone(ctx, id);
    return found?.roles.length ? found : undefined;
  }

  /** Also somebody who is in no team, as they themselves may be. */
  async anyone(ctx: RequestContext, id: UserId): Promise<TeamUser | undefined> {
    const user = await this.db.manager(ctx).createQueryBuilder(User, 'u').andWhere('u.id = :id', { id }).getOne();
    return user ? (await this.seen(ctx, [user]))[0] : undefined;
  }

  private async seen(ctx: RequestContext, users: readonly User[]): Promise<TeamUser[]> {
    const ids = users.map((u) => u.id);
    const enrolled = await this.db.query<{ id: UserId }>(
      ctx,
      `SELECT user_id AS id FROM two_factor WHERE user_id = ANY($1) AND confirmed_at IS NOT NULL`,
      [ids],
    );
    const roles = await this.db.query<{ userId: UserId; roleId: RoleId }>(
      ctx,
      `SELECT user_id AS "userId", role_id AS "roleId" FROM membership WHERE user_id = ANY($1) AND team_id = $2 ORDER BY created_at, role_id`,
      [ids, ctx.teamId ?? null],
    );
    const on = new Set(enrolled.map((row) => row.id));
    return users.map((user) => ({
      user,
      isTwoFactorOn: on.has(user.id),
      roles: roles.filter((m) => m.userId === user.id).map((m) => m.roleId),
    }));
  }
}
