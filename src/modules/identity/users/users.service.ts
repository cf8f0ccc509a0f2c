import { Injectable } from '@nestjs/common';
import { Clock } from '../../../platform/clock/clock.js';
import { newId, type RequestContext, type RoleId, type UserId } from '../../../platform/context/index.js';
import { Random } from '../../../platform/crypto/index.js';
import { Database, isUniqueViolation } from '../../../platform/database/index.js';
import { ScopeMissing, ValidationFailed } from '../../../platform/errors/index.js';
import { GeoIp } from '../../../platform/geoip/index.js';
import { PermissionCache } from '../access/permission-cache.js';
import { AccountService } from '../accounts/account.service.js';
import { hashPassword, temporaryPassword } from '../accounts/passwords.js';
import { plainName } from '../accounts/plain-name.js';
import { storedAddress } from '../accounts/stored-address.js';
import type { User } from '../accounts/user.entity.js';
import { timezonesOf } from '../ancillary/timezones.js';
import { PersonRequired } from '../errors.js';
import { IdentityService } from '../identity.service.js';
import { SessionService } from '../sessions/session.service.js';
import { MemberNotFound, OwnerStays, TeamNotFound } from '../teams/errors.js';
import { Rights } from '../teams/rights.js';
import type { Role } from '../teams/role.entity.js';
import { RolesService } from '../teams/roles.service.js';
import { UserLimits } from '../teams/user-limits.js';
import { type MobileWish, toE164 } from './mobile.js';
import { Reach } from './reach.js';
import { type TeamUser, UsersRepository } from './users.repository.js';

const TAKEN = { email: ['email is in use by another account'] };

export interface UserWish {
  readonly email: string;
  readonly name?: string;
  readonly allowLogin: boolean;
  readonly mobile?: MobileWish | null;
  readonly timezone?: string;
  readonly roles?: readonly string[] | null;
  /** Address of the caller. */
  readonly ip: string;
}

export interface UserChange {
  readonly name: string;
  readonly email: string;
  readonly allowLogin: boolean;
  /** Null removes it, undefined leaves it. */
  readonly mobile?: MobileWish | null;
  readonly timezone: string;
  readonly dateFormat: string;
  readonly timeFormat: string;
  /** Null and undefined leave them. */
  readonly roles?: readonly string[] | null;
}

type Contact = Pick<User, 'name' | 'email' | 'allowLogin' | 'mobile'>;

/** People of the context's team. */
@Injectable()
export class UsersService {
  constructor(
    private readonly db: Database,
    private readonly users: UsersRepository,
    private readonly accounts: AccountService,
    private readonly identity: IdentityService,
    private readonly sessions: SessionService,
    private readonly roles: RolesService,
    private readonly rights: Rights,
    private readonly reach: Reach,
    private readonly limits: UserLimits,
    private readonly geo: GeoIp,
    private readonly cache: PermissionCache<never>,
    private readonly random: Random,
    private readonly clock: Clock,
  ) {}

  /** Oldest members first. */
  list(ctx: RequestContext): Promise<TeamUser[]> {
    return this.users.list(ctx);
  }

  /** @throws MemberNotFound also for people of other teams */
  async get(ctx: RequestContext, id: UserId): Promise<TeamUser> {
    const user = await this.users.member(ctx, id);
    if (!user) throw new MemberNotFound();
    return user;
  }

  /**
   * Adds somebody to the context's team. Who has an account is only added: nothing of it changes, and there is no
   * password. A new account gets a temporary one, which is answered this once, and mails to verify address and number; a
   * recipient of notifications (`allowLogin` false) gets neither.
   * @throws ValidationFailed, ScopeNotHeld; whatever UserLimits throws
   */
  async create(ctx: RequestContext, wish: UserWish): Promise<{ user: TeamUser; password: string | null }> {
    const known = await this.accounts.findByEmail(ctx, wish.email);
    try {
      return known ? await this.attach(ctx, known, wish.roles) : await this.register(ctx, wish);
    } catch (error) {
      if (known || !isUniqueViolation(error)) throw error;
      return this.create(ctx, wish); // somebody made the account meanwhile
    }
  }

  private attach(ctx: RequestContext, known: User, roles: UserWish['roles']): Promise<{ user: TeamUser; password: null }> {
    return this.db.transaction(ctx, async (ctx) => {
      await this.lock(ctx, known.id);
      if (await this.users.member(ctx, known.id)) throw new ValidationFailed({ email: ['email belongs to a member of this team'] });
      await this.join(ctx, known.id, roles);
      return { user: await this.get(ctx, known.id), password: null };
    });
  }

  private async register(ctx: RequestContext, wish: UserWish): Promise<{ user: TeamUser; password: string | null }> {
    const timezone = wish.timezone ?? this.timezoneAt(wish.ip);
    const missing = {
      ...(wish.name === undefined ? { name: ['name is needed for a new account'] } : {}),
      ...(timezone === undefined ? { timezone: ['timezone is needed for a new account'] } : {}),
    };
    if (Object.keys(missing).length) throw new ValidationFailed(missing);
    const { email, allowLogin } = wish;
    const person = {
      email,
      allowLogin,
      name: plainName(wish.name!, 100),
      timezone: timezone!,
      mobile: wish.mobile ? toE164(wish.mobile) : null,
    };
    const password = allowLogin ? temporaryPassword(this.random) : null;
    const passwordHash = password && (await hashPassword(password));
    return this.db.transaction(ctx, async (ctx) => {
      const id = await this.identity.addPerson(ctx, { ...person, passwordHash, mustChangePassword: allowLogin, emailVerified: false });
      await this.join(ctx, id, wish.roles);
      if (allowLogin) {
        await this.accounts.sendEmailVerification(ctx, id);
        await this.accounts.sendMobileVerification(ctx, id);
      }
      return { user: await this.get(ctx, id), password };
    });
  }

  /**
   * Changes a person: oneself, or somebody of the team by `user:update`, which the access guard has asked for.
   * @throws MemberNotFound, ValidationFailed, ScopeMissing, ScopeNotHeld, OwnerStays, UserInOtherTeams, Outranked,
   *   PersonRequired
   */
  async change(ctx: RequestContext, id: UserId, wish: UserChange): Promise<TeamUser> {
    try {
      return await this.db.transaction(ctx, async (ctx) => {
        await this.lock(ctx, id);
        const isSelf = ctx.actor.kind === 'user' && ctx.userId === id;
        const before = isSelf ? await this.users.anyone(ctx, id) : await this.users.member(ctx, id);
        if (!before) throw new MemberNotFound();
        const contact = this.contactOf(before.user, wish);
        if (differs(before.user, contact)) await this.assertMayChange(ctx, before.user, contact, isSelf);
        if (wish.roles) await this.replaceRoles(ctx, before, wish.roles);
        await this.write(ctx, before.user, contact, wish);
        return (await this.users.anyone(ctx, id))!;
      });
    } catch (error) {
      if (isUniqueViolation(error)) throw new ValidationFailed(TAKEN);
      throw error;
    }
  }

  private contactOf(user: User, wish: UserChange): Contact {
    const mobile = wish.mobile === undefined ? user.mobile : wish.mobile && toE164(wish.mobile);
    return { name: plainName(wish.name), email: storedAddress(wish.email), allowLogin: wish.allowLogin, mobile };
  }

  private async assertMayChange(ctx: RequestContext, user: User, to: Contact, isSelf: boolean): Promise<void> {
    if (!to.allowLogin && user.allowLogin) {
      if (isSelf) throw new ValidationFailed({ allow_login: ['allow_login: you cannot take your own sign-in away'] });
      if ((await this.identity.teamsOwnedBy(ctx, user.id)).length)
        throw new OwnerStays('The person owns a team, and an owner must be able to sign in.');
    }
    if (isSelf) return;
    // Who sets the address of an account can sign in to it: a program must not become a person that way.
    const signsIn = user.allowLogin || to.allowLogin;
    if (ctx.actor.kind !== 'user' && signsIn && (to.email !== user.email || to.allowLogin !== user.allowLogin)) throw new PersonRequired();
    await this.reach.assertReaches(ctx, user.id, 'user:update');
  }

  private async write(ctx: RequestContext, user: User, to: Contact, wish: UserChange): Promise<void> {
    const isNewAddress = to.email !== user.email;
    const isNewNumber = to.mobile !== user.mobile;
    await this.db.query(
      ctx,
      `UPDATE app_user SET name = $2, email = $3, allow_login = $4, mobile = $5, timezone = $6, date_format = $7, time_format = $8, updated_at = $9,
         email_verified_at = CASE WHEN email = $3 THEN email_verified_at END,
         mobile_verified_at = CASE WHEN mobile IS NOT DISTINCT FROM $5 THEN mobile_verified_at END
       WHERE id = $1`,
      [user.id, to.name, to.email, to.allowLogin, to.mobile, wish.timezone, wish.dateFormat, wish.timeFormat, this.clock.now()],
    );
    if (!to.allowLogin && user.allowLogin) await this.sessions.endAll(ctx, user.id);
    if (isNewAddress) await this.accounts.addressChanged(ctx, user);
    if (isNewNumber) await this.accounts.numberChanged(ctx, user.id);
    const begins = to.allowLogin && !user.allowLogin;
    if (to.allowLogin && (isNewAddress || begins)) await this.accounts.sendEmailVerification(ctx, user.id);
    if (to.allowLogin && isNewNumber) await this.accounts.sendMobileVerification(ctx, user.id);
    this.db.afterCommit(ctx, () => this.cache.clear());
  }

  /**
   * Gives exactly these roles. What is given and what is taken away must be the caller's own to give; so nobody can raise
   * themselves, nor lower somebody above them.
   */
  private async replaceRoles(ctx: RequestContext, { user, roles: had }: TeamUser, wanted: readonly string[]): Promise<void> {
    if (!wanted.length)
      throw new ValidationFailed({ roles: ['roles must name at least one role; to take somebody out of the team remove them from it'] });
    if (!ctx.teamId) throw new ScopeMissing('user:update');
    const roles = await this.roles.hold(ctx, wanted);
    const added = roles.filter((role) => !had.includes(role.id));
    const removedIds = had.filter((id) => !roles.some((role) => role.id === id));
    if (!added.length && !removedIds.length) return;
    if (!ctx.scopes.has('user:update')) throw new ScopeMissing('user:update');
    const removed = await this.roles.hold(ctx, removedIds);
    this.rights.assertHolds(
      ctx,
      [...added, ...removed].flatMap((role) => role.scopes),
    );
    if (removed.some((role) => role.systemName === 'owner') && (await this.ownsTeam(ctx, user.id)))
      throw new OwnerStays('The owner of a team keeps the role Owner.');
    await this.giveRoles(ctx, user.id, added);
    await this.db.query(ctx, `DELETE FROM membership WHERE team_id = $1 AND user_id = $2 AND role_id = ANY($3) RETURNING id`, [
      ...[ctx.requireTeam(), user.id, removedIds],
    ]);
  }

  /** Makes somebody a member of the context's team: with these roles, or as a Member. */
  private async join(ctx: RequestContext, userId: UserId, wanted: UserWish['roles']): Promise<void> {
    const team = await this.db.query(ctx, `SELECT FROM team WHERE id = $1 FOR KEY SHARE`, [ctx.requireTeam()]);
    if (!team.length) throw new TeamNotFound(); // deleted meanwhile
    await this.limits.assertRoom(ctx, ctx.requireTeam(), userId);
    if (wanted?.length) {
      const roles = await this.roles.hold(ctx, wanted);
      this.rights.assertHolds(
        ctx,
        roles.flatMap((role) => role.scopes),
      );
      return this.giveRoles(ctx, userId, roles);
    }
    await this.rights.assertMayAddMember(ctx);
    await this.identity.addMember(ctx, ctx.requireTeam(), userId, 'member');
  }

  private async giveRoles(ctx: RequestContext, userId: UserId, roles: readonly Role[]): Promise<void> {
    await this.db.query(
      ctx,
      `INSERT INTO membership (id, team_id, user_id, role_id) SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[]) ON CONFLICT DO NOTHING`,
      [roles.map(() => newId()), roles.map(() => ctx.requireTeam()), roles.map(() => userId), roles.map((role): RoleId => role.id)],
    );
    this.identity.forgetStandings(ctx);
  }

  /** One change of a person at a time. */
  private async lock(ctx: RequestContext, id: UserId): Promise<void> {
    await this.db.query(ctx, `SELECT FROM app_user WHERE id = $1 FOR UPDATE`, [id]);
  }

  private async ownsTeam(ctx: RequestContext, userId: UserId): Promise<boolean> {
    return (await this.db.query(ctx, `SELECT FROM team WHERE id = $1 AND owner_id = $2`, [ctx.requireTeam(), userId])).length > 0;
  }

  private timezoneAt(ip: string): string | undefined {
    const country = this.geo.countryOf(ip);
    return country && timezonesOf(country)[0];
  }
}

const differs = (a: Contact, b: Contact): boolean =>
  a.name !== b.name || a.email !== b.email || a.allowLogin !== b.allowLogin || a.mobile !== b.mobile;
