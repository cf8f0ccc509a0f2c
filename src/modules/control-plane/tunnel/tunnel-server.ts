import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { join } from 'node:path';
import { Settings } from '../../../config/index.js';
import { type CertifiedKey, expiryOf, isDue, issueServerCertificate, obstacles, OpenVpnServer } from '../../../engines/openvpn/index.js';
import { Clock } from '../../../platform/clock/clock.js';
import { RequestContext } from '../../../platform/context/index.js';
import { Random } from '../../../platform/crypto/index.js';
import { HealthChecks } from '../../../platform/http/index.js';
import { Logger } from '../../../platform/telemetry/logger.js';
import { TunnelCannotRun } from '../errors.js';
import { AddressPool, type PoolUse } from './address-pool.js';
import { MgmtTunnel } from './mgmt-tunnel.js';
import { SiteGate } from './site-gate.js';
import { TunnelAuthority } from './tunnel-authority.js';
import { TunnelState } from './tunnel-state.js';

const REFRESH_MS = 15_000;
const CERTIFICATE_CHECK_MS = 6 * 3_600_000;
/** Of the addresses in use: time to think of a larger network. */
const CROWDED = 0.9;
const COUNT_FOR_MS = 60_000;
const CTX = RequestContext.system('tunnel-health');

/** The tunnel server of this process: started with it where it can run, watched by /health, stopped with it. */
@Injectable()
export class TunnelServer implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private server: OpenVpnServer | undefined;
  private certificate: CertifiedKey | undefined;
  private timers: NodeJS.Timeout[] = [];
  private counted: { at: number; use: PoolUse } | undefined;

  constructor(
    private readonly settings: Settings,
    private readonly tunnel: MgmtTunnel,
    private readonly state: TunnelState,
    private readonly authority: TunnelAuthority,
    private readonly gate: SiteGate,
    private readonly addresses: AddressPool,
    private readonly clock: Clock,
    private readonly random: Random,
    private readonly logger: Logger,
    health: HealthChecks,
  ) {
    health.register('management_tunnel', () => this.health());
  }

  /** @throws TunnelCannotRun when MGMT_TUNNEL=on and it cannot */
  async onApplicationBootstrap(): Promise<void> {
    const wish = this.settings.MGMT_TUNNEL;
    if (wish === 'off') return this.doWithout('MGMT_TUNNEL=off.');
    const problems = await this.start();
    if (!problems.length) return void (this.state.off = undefined);
    if (wish === 'on') throw new TunnelCannotRun(problems);
    this.doWithout(`${problems.join('; ')}.`);
  }

  async beforeApplicationShutdown(): Promise<void> {
    for (const timer of this.timers.splice(0)) clearInterval(timer);
    const { server } = this;
    if (!server) return;
    this.doWithout('this server is stopping.');
    await this.gate.close(() => server.stop());
  }

  /** A new certificate when the one in use ends soon. The server starts anew with it; routers come back within seconds. */
  async renewWhenDue(): Promise<void> {
    if (!this.server || !this.certificate || !isDue(this.certificate.certificate, this.clock.now())) return;
    this.certificate = await this.issue();
    await this.server.renew(this.certificate);
    this.logger.info({ until: expiryOf(this.certificate.certificate) }, 'the tunnel server has a new certificate');
  }

  /** What keeps it from running; empty when it was started. */
  private async start(): Promise<readonly string[]> {
    const { MGMT_TUNNEL_HOST: host, MGMT_TUNNEL_PORT: port, MGMT_TUNNEL_DEVICE: device, DATA_DIR } = this.settings;
    const { pool, managementAddress: address } = this.tunnel;
    const problems = await obstacles({ device, pool });
    if (problems.length) return problems;
    this.certificate = await this.issue();
    const { certificate: authority } = await this.authority.certifiedKey();
    const folder = join(DATA_DIR, 'tunnel');
    const options = { host, port, device, pool, address, folder, authority, certificate: this.certificate };
    const server = new OpenVpnServer(options, this.gate, () => this.gate.begin((c) => server.end(c)), this.logger, this.random);
    try {
      await server.start();
    } catch (error) {
      return [(error as Error).message];
    }
    this.server = server;
    this.every(REFRESH_MS, () => this.gate.refresh());
    this.every(CERTIFICATE_CHECK_MS, () => this.renewWhenDue());
    return [];
  }

  private async issue(): Promise<CertifiedKey> {
    return issueServerCertificate(await this.authority.certifiedKey(), this.tunnel.endpoint.host, this.clock.now());
  }

  private every(milliseconds: number, work: () => Promise<void>): void {
    const run = (): void => void work().catch((err: unknown) => this.logger.error({ err }, 'the tunnel server could not be looked after'));
    this.timers.push(setInterval(run, milliseconds).unref());
  }

  private doWithout(reason: string): void {
    this.state.off = reason;
    this.logger.info({ reason }, 'no management tunnel runs here');
  }

  private async health(): Promise<Record<string, unknown>> {
    const use = await this.poolUse();
    const addresses = { size: use.size, used: use.used, freed: use.freed };
    const crowded = use.used > use.size * CROWDED ? { status: 'degraded', warning: 'the tunnel network is nearly used up' } : {};
    const { off } = this.state;
    if (off !== undefined || !this.server) return { state: 'off', reason: off, addresses, ...crowded };
    const { state, clients, restarts, lastFailure } = this.server.status;
    const down = state === 'running' ? {} : { status: 'degraded', reason: lastFailure ?? 'it is starting' };
    return { state, clients, restarts, certificate_until: expiryOf(this.certificate!.certificate), addresses, ...crowded, ...down };
  }

  /** Counted once a minute at most. */
  private async poolUse(): Promise<PoolUse> {
    const now = performance.now();
    if (!this.counted || now - this.counted.at > COUNT_FOR_MS) this.counted = { at: now, use: await this.addresses.use(CTX) };
    return this.counted.use;
  }
}
