import { Injectable } from '@nestjs/common';
import { Clock } from '../../../platform/clock/clock.js';
import { type InvitationId, newId, RequestContext, type RoleId, type TeamId, type UserId } from '../../../platform/context/index.js';
import { Random } from '../../../platform/crypto/index.js';
import { Database } from '../../../platform/database/index.js';
import { ValidationFailed } from '../../../platform/errors/index.js';
import { Mailer } from '../../../platform/mail/index.js';
import { PermissionCache } from '../access/permission-cache.js';
import { linkTokenHash } from '../accounts/account-links.js';
import { AccountLetters } from '../accounts/account-letters.js';
import { AccountService } from '../accounts/account.service.js';
import { storedAddress } from '../accounts/stored-address.js';
import { Throttle } from '../accounts/throttle.js';
import { AddressUnverified, InvitationForAnother, InvitationGone, InvitationNotFound } from './errors.js';
import { Rights } from './rights.js';
import { type InvitationView, TeamViews } from './team-views.js';
import { UserLimits } from './user-limits.js';

const DAYS = 7;

/** What an invitation says to whoever holds its link. */
export interface InvitationShown {
  readonly teamId: TeamId;
  /** Name of the team. */
  readonly team: string;
  /** Name of who invited. */
  readonly inviter: string;
  /** The address that it was sent to; only its owner can accept. */
  readonly email: string;
  readonly hasAccount: boolean;
}

interface Found {
  readonly id: InvitationId;
  readonly teamId: TeamId;
  readonly email: string;
  readonly roleId: RoleId | null;
  readonly acceptedAt: Date | null;
  readonly isOver: boolean;
}

/** People asked by mail to join a team. */
@Injectable()
export class Invitations {
  private readonly system = RequestContext.system('invitations');

  constructor(
    private readonly db: Database,
    private readonly accounts: AccountService,
    private readonly views: TeamViews,
    private readonly rights: Rights,
    private readonly limits: UserLimits,
    private readonly throttle: Throttle,
    private readonly letters: AccountLetters,
    private readonly mailer: Mailer,
    private readonly cache: PermissionCache<never>,
    private readonly random: Random,
    private readonly clock: Clock,
  ) {}

  /** Pending ones of the context's team, newest first. */
  list(ctx: RequestContext): Promise<InvitationView[]> {
    return this.views.invitations([ctx.requireTeam()]);
  }

  /** @throws InvitationNotFound */
  async get(ctx: RequestContext, id: InvitationId): Promise<InvitationView> {
    const [invitation] = await this.views.invitations([ctx.requireTeam()], id);
    if (!invitation) throw new InvitationNotFound();
    return invitation;
  }

  /**
   * Invites an address to the context's team, as a Member. Somebody whose invitation is pending gets a new link, and the
   * one before stops working.
   * @throws ValidationFailed on field email for somebody who is in the team, ScopeNotHeld for a program that may do less
   *   than a Member, RateLimited
   */
  async invite(ctx: RequestContext, address: string): Promise<void> {
    const email = storedAddress(address);
    const teamId = ctx.requireTeam();
    const invitedBy = ctx.requireUser();
    await this.rights.assertMayAddMember(ctx);
    const known = await this.accounts.findByEmail(ctx, email);
    if (known && (await this.isMember(ctx, teamId, known.id)))
      throw new ValidationFailed({ email: ['email belongs to a member of this team'] });
    await this.throttle.attempt({ kind: 'team', of: `invite ${teamId}` }, { kind: 'mail', of: `invite ${teamId} ${email}` });
    const token = this.random.bytes(32).toString('base64url');
    const now = this.clock.now();
    await this.db.transaction(ctx, async (ctx) => {
      await this.db.query(
        ctx,
        `INSERT INTO team_invitation (id, team_id, email, invited_by, token_hash, expires_at, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $7)
         ON CONFLICT (team_id, email) WHERE accepted_at IS NULL DO UPDATE
         SET invited_by = EXCLUDED.invited_by, token_hash = EXCLUDED.token_hash, expires_at = EXCLUDED.expires_at, updated_at = EXCLUDED.updated_at`,
        [newId(), teamId, email, invitedBy, linkTokenHash(token), new Date(now.getTime() + DAYS * 86_400_000), now],
      );
      const [names] = await this.db.query<{ team: string; inviter: string }>(
        ctx,
        `SELECT t.name AS team, u.name AS inviter FROM team t, app_user u WHERE t.id = $1 AND u.id = $2`,
        [teamId, invitedBy],
      );
      await this.mailer.send(ctx, this.letters.invitation(email, names!.team, names!.inviter, token));
    });
  }

  /** Its link stops working. @throws InvitationNotFound */
  async withdraw(ctx: RequestContext, id: InvitationId): Promise<void> {
    const gone = await this.db.query(
      ctx,
      `DELETE FROM team_invitation WHERE id = $1 AND team_id = $2 AND accepted_at IS NULL RETURNING id`,
      [id, ctx.requireTeam()],
    );
    if (!gone.length) throw new InvitationNotFound();
  }

  /** What a pending invitation says, without accepting it. @throws InvitationGone */
  async look(token: string): Promise<InvitationShown> {
    const [row] = await this.db.query<InvitationShown>(
      this.system,
      `SELECT t.id AS "teamId", t.name AS team, COALESCE(by.name, '') AS inviter, i.email, u.id IS NOT NULL AS "hasAccount"
       FROM team_invitation i JOIN team t ON t.id = i.team_id LEFT JOIN app_user by ON by.id = i.invited_by LEFT JOIN app_user u ON u.email = i.email
       WHERE i.token_hash = $1 AND i.accepted_at IS NULL AND i.expires_at > $2`,
      [linkTokenHash(token), this.clock.now()],
    );
    if (!row) throw new InvitationGone();
    return row;
  }

  /**
   * Joins the team, once however often it is said. Answers the team.
   * @throws InvitationGone, InvitationForAnother, AddressUnverified; whatever UserLimits throws
   */
  accept(ctx: RequestContext, token: string, userId: UserId): Promise<TeamId> {
    return this.db.transaction(ctx.asSystem('accept-invitation'), async (tx) => {
      const found = await this.hold(tx, token);
      // Neither team nor account goes while somebody joins.
      const lasting = await this.db.query(tx, `SELECT FROM team t, app_user u WHERE t.id = $1 AND u.id = $2 FOR KEY SHARE`, [
        ...[found.teamId, userId],
      ]);
      if (!lasting.length) throw new InvitationGone();
      const user = await this.accounts.find(tx, userId);
      if (!user || user.email !== found.email) throw new InvitationForAnother();
      if (!user.emailVerifiedAt) throw new AddressUnverified();
      const isMember = await this.isMember(tx, found.teamId, userId);
      if (found.acceptedAt) {
        if (isMember) return found.teamId; // a second click
        throw new InvitationGone();
      }
      if (found.isOver) throw new InvitationGone();
      if (!isMember) {
        await this.limits.assertRoom(tx, found.teamId, userId);
        await this.db.query(
          tx,
          `INSERT INTO membership (id, team_id, user_id, role_id)
           SELECT $1, $2, $3, COALESCE((SELECT id FROM role WHERE id = $4 AND (team_id IS NULL OR team_id = $2)), (SELECT id FROM role WHERE system_name = 'member'))
           ON CONFLICT DO NOTHING`,
          [newId(), found.teamId, userId, found.roleId],
        );
      }
      await this.db.query(tx, `UPDATE team_invitation SET accepted_at = $2, updated_at = $2 WHERE id = $1`, [found.id, this.clock.now()]);
      this.db.afterCommit(tx, () => this.cache.clear());
      return found.teamId;
    });
  }

  /** The invitation, held until the transaction ends: of two who accept at once the second sees what the first did. */
  private async hold(tx: RequestContext, token: string): Promise<Found> {
    const [row] = await this.db.query<Found>(
      tx,
      `SELECT id, team_id AS "teamId", email, role_id AS "roleId", accepted_at AS "acceptedAt", expires_at <= $2 AS "isOver"
       FROM team_invitation WHERE token_hash = $1 FOR UPDATE`,
      [linkTokenHash(token), this.clock.now()],
    );
    if (!row) throw new InvitationGone();
    return row;
  }

  private async isMember(ctx: RequestContext, teamId: TeamId, userId: UserId): Promise<boolean> {
    return (await this.db.query(ctx, `SELECT FROM membership WHERE team_id = $1 AND user_id = $2 LIMIT 1`, [teamId, userId])).length > 0;
  }
}
