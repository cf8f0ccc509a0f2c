import { Injectable } from '@nestjs/common';
import { SiteBeingDeleted, SiteService, TeamDirectory } from '../../../fleet/index.js';
import type { RequestContext, SiteId, TeamId } from '../../../platform/context/index.js';
import { Database, sqlState } from '../../../platform/database/index.js';
import { ValidationFailed } from '../../../platform/errors/index.js';
import { EventBus } from '../../../platform/events/index.js';
import { SiteOfAnotherCustomer } from '../errors.js';
import { SiteRegistered } from '../events.js';
import { SitePolicies } from './site-policies.js';
import type { SiteTunnel } from './site-tunnel.entity.js';
import { SiteTunnelsRepository } from './site-tunnels.repository.js';

const UNIQUE_VIOLATION = '23505';

export interface Registration {
  readonly id: SiteId;
  readonly teamId: TeamId;
  readonly policyId: string | null;
  /** For the record when there is none yet. */
  readonly name: string | null;
  readonly migrated: boolean;
}

export interface RegisteredSite {
  readonly id: SiteId;
  readonly teamId: TeamId;
  readonly policyId: string | null;
  readonly tunnel: SiteTunnel | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/**
 * Other services make sites known to the control plane. Records of sites are the fleet's: one that is there is taken as it
 * is, one that is not is made under the given id and waits for its router. Registering a site again changes nothing but
 * its policy, when one is given.
 */
@Injectable()
export class SiteRegistration {
  constructor(
    private readonly sites: SiteService,
    private readonly teams: TeamDirectory,
    private readonly tunnels: SiteTunnelsRepository,
    private readonly policies: SitePolicies,
    private readonly db: Database,
    private readonly events: EventBus,
  ) {}

  /**
   * The tunnel follows in the background.
   * @param ctx across teams
   * @throws ValidationFailed, SiteOfAnotherCustomer, SiteBeingDeleted
   */
  async register(ctx: RequestContext, wish: Registration): Promise<RegisteredSite> {
    if (!(await this.teams.exists(ctx, wish.teamId)))
      throw new ValidationFailed({ customer_id: ['customer_id is no team of this server'] });
    try {
      return await this.registerOnce(ctx, wish);
    } catch (error) {
      if (sqlState(error) !== UNIQUE_VIOLATION) throw error;
      return this.registerOnce(ctx, wish); // somebody made the record just now: it is there
    }
  }

  private registerOnce(ctx: RequestContext, { id, teamId, policyId, name, migrated }: Registration): Promise<RegisteredSite> {
    return this.db.transaction(ctx, async (system) => {
      const ctx = system.forTeam(teamId);
      const owner = (await this.sites.ownersOf(system, [id])).get(id);
      if (owner !== undefined && owner.teamId !== teamId) throw new SiteOfAnotherCustomer();
      if (owner?.beingDeleted) throw new SiteBeingDeleted();
      if (!owner) await this.sites.create(ctx, { id, name: name ?? `Site ${id.slice(0, 8)}` });
      const site = await this.sites.get(ctx, id);
      const policy = await this.policies.assign(ctx, id, policyId);
      await this.events.publish(ctx, new SiteRegistered(teamId, id, migrated));
      const { createdAt, updatedAt } = site;
      return { id, teamId, policyId: policy, tunnel: await this.tunnels.ofSite(ctx, id), createdAt, updatedAt };
    });
  }
}
