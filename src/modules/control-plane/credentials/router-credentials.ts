import { Injectable } from '@nestjs/common';
import { SectionMarker, SiteService } from '../../../fleet/index.js';
import { Clock } from '../../../platform/clock/clock.js';
import { newId, type RequestContext, type SiteId } from '../../../platform/context/index.js';
import { AppKeys, Random } from '../../../platform/crypto/index.js';
import { Database, TeamRepository } from '../../../platform/database/index.js';
import { MANAGEMENT_SECTION } from '../management/names.js';
import { RouterCredential } from './router-credential.entity.js';

const PASSWORD_LENGTH = 32;
const NAME_LENGTH = 8;

export interface OpenCredential {
  readonly id: string;
  readonly siteId: SiteId;
  readonly username: string;
  readonly password: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly verified: boolean;
}

@Injectable()
export class RouterCredentialsRepository extends TeamRepository<RouterCredential> {
  constructor(db: Database) {
    super(db, RouterCredential);
  }

  /** Those of a site, newest first. */
  ofSite(ctx: RequestContext, siteId: SiteId): Promise<RouterCredential[]> {
    return this.rows(ctx).andWhere('e.siteId = :siteId', { siteId }).orderBy('e.createdAt', 'DESC').addOrderBy('e.id', 'DESC').getMany();
  }

  /** Keeps two callers from making a first credential each. Until the transaction ends. */
  async lockSite(ctx: RequestContext, siteId: SiteId): Promise<void> {
    await this.db.query(ctx, `SELECT pg_advisory_xact_lock(hashtextextended('router-credential ' || $1, 0))`, [siteId]);
  }
}

/** The user by which we log in to the router of a site: made, changed for another, shown. */
@Injectable()
export class RouterCredentials {
  constructor(
    private readonly repository: RouterCredentialsRepository,
    private readonly sites: SiteService,
    private readonly marker: SectionMarker,
    private readonly db: Database,
    private readonly keys: AppKeys,
    private readonly random: Random,
    private readonly clock: Clock,
  ) {}

  /** The credential of a site that people see: the newest one, made now when there is none. @throws SiteNotFound, SiteBeingDeleted */
  async current(ctx: RequestContext, siteId: SiteId): Promise<OpenCredential> {
    await this.sites.getLiving(ctx, siteId);
    return (await this.users(ctx, siteId))[0]!;
  }

  /** The newest credential of a site, if it has any; for looking only. @throws SiteNotFound */
  async find(ctx: RequestContext, siteId: SiteId): Promise<OpenCredential | undefined> {
    await this.sites.require(ctx, siteId);
    const [row] = await this.repository.ofSite(ctx, siteId);
    return row && this.open(row);
  }

  /** What a login is tried with: the newest that was seen to work, else the newest. */
  async working(ctx: RequestContext, siteId: SiteId): Promise<OpenCredential | undefined> {
    const rows = await this.repository.ofSite(ctx, siteId);
    const row = rows.find(({ verifiedAt }) => verifiedAt) ?? rows[0];
    return row && this.open(row);
  }

  /** Users that the router shall have, newest first: the newest, and the one before it until the newest was seen to work. */
  users(ctx: RequestContext, siteId: SiteId): Promise<OpenCredential[]> {
    return this.db.transaction(ctx, async (ctx) => {
      let rows = await this.repository.ofSite(ctx, siteId);
      if (!rows.length) {
        await this.repository.lockSite(ctx, siteId);
        rows = await this.repository.ofSite(ctx, siteId);
        if (!rows.length) rows = [await this.make(ctx, siteId)];
      }
      const [newest, ...older] = rows as [RouterCredential, ...RouterCredential[]];
      const lastWorking = newest.verifiedAt ? undefined : older.find(({ verifiedAt }) => verifiedAt);
      return [newest, ...(lastWorking ? [lastWorking] : [])].map((row) => this.open(row));
    });
  }

  /**
   * Another user and password. The router gets the new user at its next poll; the old one stays there until the new one was seen
   * to work. @throws SiteNotFound, SiteBeingDeleted
   */
  rotate(ctx: RequestContext, siteId: SiteId): Promise<OpenCredential> {
    return this.db.transaction(ctx, async (ctx) => {
      await this.sites.getLiving(ctx, siteId);
      await this.repository.lockSite(ctx, siteId);
      const before = await this.repository.ofSite(ctx, siteId);
      const kept = before.find(({ verifiedAt }) => verifiedAt);
      for (const row of before) if (row !== kept) await this.repository.remove(ctx, row.id);
      const row = await this.make(ctx, siteId);
      await this.marker.mark(ctx, MANAGEMENT_SECTION, [siteId]);
      return this.open(row);
    });
  }

  /** The newest credential works: those before it leave the router, too. */
  async confirm(ctx: RequestContext, siteId: SiteId, id: string): Promise<void> {
    await this.db.transaction(ctx, async (ctx) => {
      await this.repository.lockSite(ctx, siteId);
      const [newest, ...older] = await this.repository.ofSite(ctx, siteId);
      if (newest?.id !== id || newest.verifiedAt) return;
      await this.repository.change(ctx, id, { verifiedAt: this.clock.now() });
      for (const row of older) await this.repository.remove(ctx, row.id);
      if (older.length) await this.marker.mark(ctx, MANAGEMENT_SECTION, [siteId]);
    });
  }

  private async make(ctx: RequestContext, siteId: SiteId): Promise<RouterCredential> {
    const [id, now] = [newId<string>(), this.clock.now()];
    return this.repository.insert(ctx, {
      ...{ id, siteId, username: `rosfleet-${this.random.alphanumeric(NAME_LENGTH).toLowerCase()}` },
      passwordSealed: this.keys.seal(this.random.alphanumeric(PASSWORD_LENGTH), purpose(id)),
      ...{ createdAt: now, updatedAt: now, verifiedAt: null },
    });
  }

  private open({ id, siteId, username, passwordSealed, createdAt, updatedAt, verifiedAt }: RouterCredential): OpenCredential {
    const password = this.keys.open(passwordSealed, purpose(id));
    return { id, siteId, username, password, createdAt, updatedAt, verified: verifiedAt !== null };
  }
}

/** Binds a sealed password to the credential that it is of. */
const purpose = (id: string): string => `router-credential:${id}`;
