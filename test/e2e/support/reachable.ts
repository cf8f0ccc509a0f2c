import { connect } from 'node:net';
import { TunnelService } from '../../../src/modules/control-plane/index.js';
import { RouterDial } from '../../../src/modules/control-plane/live/router-dial.js';
import { MgmtTunnel } from '../../../src/modules/control-plane/tunnel/mgmt-tunnel.js';
import { TunnelAuthority } from '../../../src/modules/control-plane/tunnel/tunnel-authority.js';
import { TunnelPresence } from '../../../src/modules/control-plane/tunnel/tunnel-presence.js';
import { TunnelState } from '../../../src/modules/control-plane/tunnel/tunnel-state.js';
import { newId, RequestContext, type SiteId, type TeamId } from '../../../src/platform/context/index.js';
import { base62ToUuid } from '../../../src/platform/crypto/index.js';
import { ApiServer, type VirtualRouter } from '../../../tools/virtual-router/index.js';
import type { Fleet } from './fleet.js';

/**
 * The tunnels of a fleet without an OpenVPN server: connections to an address of the tunnel network end at the API of the virtual
 * router that has it. Real tunnels are proven in test/engines/openvpn.
 */
export class Tunnels {
  private readonly servers: ApiServer[] = [];
  private readonly ports = new Map<string, Map<number, number>>();

  private constructor(private readonly fleet: Fleet) {}

  private static readonly known = new WeakMap<Fleet, Promise<Tunnels>>();

  /** Those of a fleet, opened once; they end with it. */
  static of(fleet: Fleet): Promise<Tunnels> {
    const known = Tunnels.known.get(fleet) ?? Tunnels.open(fleet);
    Tunnels.known.set(fleet, known);
    return known;
  }

  /** As if the tunnel server of this process had started. */
  static async open(fleet: Fleet): Promise<Tunnels> {
    const tunnels = new Tunnels(fleet);
    await fleet.app.get(TunnelAuthority).certificate();
    fleet.app.get(TunnelState).off = undefined;
    fleet.app.get(RouterDial).open = ({ host, port }) => connect({ host: '127.0.0.1', port: tunnels.ports.get(host)?.get(port) ?? 1 });
    return tunnels;
  }

  /** The router's API can be reached, on these of its ports; its OpenVPN client connects when the tunnel is `up`. */
  async serve(router: VirtualRouter, teamId: TeamId, site: string, apiPorts: readonly number[] = [8728]): Promise<void> {
    const { address, managementAddress } = await this.facts(teamId, site);
    const server = await ApiServer.start(router, {
      ports: Object.fromEntries(apiPorts.map((port) => [port, 0])),
      peer: () => managementAddress,
    });
    this.servers.push(server);
    this.ports.set(address, new Map(apiPorts.map((port) => [port, server.portOf(port)])));
  }

  /** The router's OpenVPN client, as configured there, comes up. @throws Error when the router has none that is enabled */
  async up(router: VirtualRouter): Promise<void> {
    const client = router.items('/interface/ovpn-client').find(({ disabled }) => disabled !== true);
    if (!client) throw new Error('The router has no tunnel.');
    const { serverId } = this.fleet.app.get(MgmtTunnel);
    const tunnelId = base62ToUuid(String(client['user']))!;
    const opened = { tunnelId, serverId, connection: newId<string>(), remoteAddress: '192.0.2.1' };
    if (!(await this.fleet.app.get(TunnelPresence).opened(opened))) throw new Error('The tunnel server knows no such user.');
    await this.fleet.pass(5); // the first login is tried
    await this.fleet.mails('nobody@example.net'); // tasks are done
  }

  facts(teamId: TeamId, site: string): ReturnType<TunnelService['of']> {
    return this.fleet.app.get(TunnelService).of(RequestContext.system('test').forTeam(teamId), site as SiteId);
  }

  async close(): Promise<void> {
    for (const server of this.servers) await server.close();
  }
}
