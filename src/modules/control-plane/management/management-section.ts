import { Injectable, type OnModuleInit } from '@nestjs/common';
import { createHash } from 'node:crypto';
import { SectionMarker, Sections, type SectionSite } from '../../../fleet/index.js';
import type { RequestContext } from '../../../platform/context/index.js';
import { Database } from '../../../platform/database/index.js';
import { EventBus } from '../../../platform/events/index.js';
import { defineTask, Every, Handles } from '../../../platform/tasks/index.js';
import { NOTHING_WISHED, type Wish, type WishItem } from '../../../routeros/sections/index.js';
import { RouterCredentials, type OpenCredential } from '../credentials/router-credentials.js';
import { TunnelCredentialsIssued } from '../events.js';
import { type TunnelFacts, TunnelService } from '../tunnel/tunnel.service.js';
import { MANAGEMENT_SECTION } from './names.js';

const PROFILE = 'rosfleet-management';
const NAME_DIGITS = 6;
const bringManagement = defineTask<null>({ name: 'control-plane.bring-management', lane: 'slow' });

/**
 * The way from us to a router: PPP profile and OpenVPN client, our user of its API, and the rule that lets us in from the
 * tunnel. First among the sections, and its rule above all others. The first push only adds and so needs no trial.
 */
@Injectable()
export class ManagementSection implements OnModuleInit {
  private served = false;

  constructor(
    private readonly sections: Sections,
    private readonly marker: SectionMarker,
    private readonly tunnels: TunnelService,
    private readonly credentials: RouterCredentials,
    private readonly events: EventBus,
    private readonly db: Database,
  ) {}

  onModuleInit(): void {
    this.sections.define({
      ...{ name: MANAGEMENT_SECTION, title: 'Management access', rank: 10, settings: [] },
      menus: ['/ppp/profile', '/interface/ovpn-client', '/user', '/ip/firewall/filter'],
      cuts: (had) => had !== null && had.items.length > 0,
      wish: (ctx, site) => this.wish(ctx, site),
    });
    // In the transaction that issued them: the router learns of its tunnel whatever happens to us afterwards.
    this.events.listenInside(TunnelCredentialsIssued, async (ctx, happened) => {
      const { teamId, siteId } = happened as TunnelCredentialsIssued;
      await this.marker.mark(ctx.forTeam(teamId), MANAGEMENT_SECTION, [siteId]);
    });
  }

  /** Sites that have nothing of it get it once a tunnel server runs. */
  @Every(60)
  @Handles(bringManagement)
  async bring(ctx: RequestContext): Promise<void> {
    if (await this.hasServers(ctx)) await this.marker.markEmpty(ctx, MANAGEMENT_SECTION);
  }

  private async wish(ctx: RequestContext, { id }: SectionSite): Promise<Wish> {
    if (!(await this.hasServers(ctx))) return NOTHING_WISHED;
    const tunnel = await this.tunnels.find(ctx, id); // one that is made later marks the section again
    return tunnel ? managementWish(tunnel, await this.credentials.users(ctx, id)) : NOTHING_WISHED;
  }

  /**
   * Whether this installation has, or ever had, a tunnel server: one makes the authority when it first starts. What a single
   * process can run says nothing, for another one may hold the tunnels.
   */
  private async hasServers(ctx: RequestContext): Promise<boolean> {
    this.served ||= (await this.db.query(ctx, `SELECT FROM tunnel_authority LIMIT 1`)).length > 0;
    return this.served;
  }
}

/**
 * The wish for one router. No certificate is put on it: the tunnel's server is not verified (see docs/security.md), and who
 * poses as it learns a password that only opens this tunnel, while logins to the router need our other one.
 */
export function managementWish(tunnel: TunnelFacts, users: readonly OpenCredential[]): Wish {
  const client = {
    'connect-to': tunnel.endpoint.host,
    port: tunnel.endpoint.port,
    user: tunnel.username,
    password: { secret: tunnel.password },
    profile: PROFILE,
    mode: 'ip',
    protocol: 'tcp',
    // The only pair that every RouterOS 7 takes; GCM with a digest needs 7.17 (facts: OpenVPN client).
    cipher: 'aes256-cbc',
    auth: 'sha256',
    'tls-version': 'only-1.2',
    'verify-server-certificate': false,
    'add-default-route': false,
    'use-peer-dns': 'no',
  };
  // A rule names the interface, and RouterOS follows renames: another client is another name, so that its rule is another, too.
  const name = `rosfleet-mgmt-${createHash('sha256').update(JSON.stringify(client)).digest('hex').slice(0, NAME_DIGITS)}`;
  const user = ({ username, password }: OpenCredential): WishItem => ({
    name: username,
    set: { name: username, group: 'full', password: { secret: password }, address: [`${tunnel.managementAddress}/32`] },
  });
  const letIn = { chain: 'input', action: 'accept', 'in-interface': name, 'src-address': tunnel.managementAddress };
  return {
    menus: [
      { menu: '/ppp/profile', items: [{ name: 'profile', set: { name: PROFILE, 'use-upnp': 'no', 'change-tcp-mss': 'yes' } }] },
      { menu: '/interface/ovpn-client', items: [{ name: 'tunnel', set: { name, ...client } }] },
      { menu: '/user', items: users.map(user) },
      { menu: '/ip/firewall/filter', place: 'top', items: [{ name: 'let-in', set: letIn }] },
    ],
    settings: [],
  };
}
