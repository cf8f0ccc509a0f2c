import { Injectable } from '@nestjs/common';
import { Clock } from '../../../platform/clock/clock.js';
import { newId, RequestContext, type RoleId, type TeamId, type UserId } from '../../../platform/context/index.js';
import { Database } from '../../../platform/database/index.js';
import { PermissionCache } from '../access/permission-cache.js';
import { linkTokenHash } from '../accounts/account-links.js';
import { AccountService } from '../accounts/account.service.js';
import { LinkSpent } from '../errors.js';
import { WrongPerson } from './errors.js';

export interface InvitationLook {
  /** Name of the team. */
  readonly team: string;
  /** Name of the person who invites. */
  readonly inviter: string;
  /** Address that the invitation was sent to, lower case. */
  readonly email: string;
  /** Whether somebody has an account with this address. */
  readonly hasAccount: boolean;
}

/** Invitations to teams, as their page needs them. */
export abstract class InvitationDesk {
  /** @throws LinkSpent when it was withdrawn, accepted or has expired */
  abstract look(token: string): Promise<InvitationLook>;
  /** Makes a person a member. @throws LinkSpent, WrongPerson unless their confirmed address is the invited one */
  abstract accept(ctx: RequestContext, token: string, userId: UserId): Promise<void>;
}

const SYSTEM = RequestContext.system('invitations');

interface Row {
  readonly team: string;
  readonly inviter: string | null;
  readonly email: string;
  readonly hasAccount: boolean;
}

/** Straight on the table of invitations. */
@Injectable()
export class TableInvitationDesk extends InvitationDesk {
  constructor(
    private readonly db: Database,
    private readonly accounts: AccountService,
    private readonly cache: PermissionCache<never>,
    private readonly clock: Clock,
  ) {
    super();
  }

  async look(token: string): Promise<InvitationLook> {
    const [row] = await this.db.query<Row>(
      SYSTEM,
      `SELECT t.name AS team, u.name AS inviter, i.email, EXISTS (SELECT FROM app_user a WHERE a.email = i.email) AS "hasAccount"
       FROM team_invitation i JOIN team t ON t.id = i.team_id LEFT JOIN app_user u ON u.id = i.invited_by
       WHERE i.token_hash = $1 AND i.accepted_at IS NULL AND i.expires_at > $2`,
      [linkTokenHash(token), this.clock.now()],
    );
    if (!row) throw new LinkSpent();
    return { ...row, inviter: row.inviter ?? 'Somebody' };
  }

  accept(ctx: RequestContext, token: string, userId: UserId): Promise<void> {
    return this.db.transaction(SYSTEM, async (system) => {
      const user = await this.accounts.find(ctx, userId);
      const [invitation] = await this.db.query<{ teamId: TeamId; roleId: RoleId | null; email: string }>(
        system,
        `UPDATE team_invitation SET accepted_at = $2, updated_at = $2 WHERE token_hash = $1 AND accepted_at IS NULL AND expires_at > $2
         RETURNING team_id AS "teamId", role_id AS "roleId", email`,
        [linkTokenHash(token), this.clock.now()],
      );
      if (!invitation) throw new LinkSpent();
      if (!user?.allowLogin || !user.emailVerifiedAt || user.email !== invitation.email) throw new WrongPerson();
      const { teamId, roleId } = invitation;
      await this.db.query(
        system,
        `INSERT INTO membership (id, team_id, user_id, role_id)
         VALUES ($1, $2, $3, COALESCE($4::uuid, (SELECT id FROM role WHERE system_name = 'member'))) ON CONFLICT DO NOTHING RETURNING id`,
        [newId(), teamId, userId, roleId],
      );
      await this.db.query(system, `UPDATE app_user SET active_team_id = $2 WHERE id = $1 AND active_team_id IS NULL RETURNING id`, [
        userId,
        teamId,
      ]);
      this.db.afterCommit(system, () => this.cache.clear());
    });
  }
}
