import type { Provider, Type } from '@nestjs/common';
import { AddressPool } from './address-pool.js';
import { LiveTunnels } from './live-tunnels.js';
import { MgmtTunnel } from './mgmt-tunnel.js';
import { SiteGate } from './site-gate.js';
import { NoPolicies, SitePolicies } from './site-policies.js';
import { SiteRegistration } from './site-registration.js';
import { SiteTunnelsAcrossTeams, SiteTunnelsRepository } from './site-tunnels.repository.js';
import { TunnelAssignment } from './tunnel-assignment.js';
import { TunnelAuthority } from './tunnel-authority.js';
import { TunnelPresence } from './tunnel-presence.js';
import { TunnelServer } from './tunnel-server.js';
import { TunnelState } from './tunnel-state.js';
import { TunnelService } from './tunnel.service.js';
import { TunnelsController } from './tunnels.controller.js';

export const TUNNEL_CONTROLLERS: Type[] = [TunnelsController];

export const TUNNEL_PROVIDERS: Provider[] = [
  ...[AddressPool, LiveTunnels, MgmtTunnel, SiteGate, SiteRegistration, SiteTunnelsAcrossTeams, SiteTunnelsRepository],
  ...[TunnelAssignment, TunnelAuthority, TunnelPresence, TunnelServer, TunnelService, TunnelState],
  { provide: SitePolicies, useClass: NoPolicies },
];

export const TUNNEL_EXPORTS: Type[] = [MgmtTunnel, TunnelService, TunnelState];
