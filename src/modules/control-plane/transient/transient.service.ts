import { Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { JobAlreadyStarted, JobNotFound, JobService, SiteBeingDeleted, SiteNotFound, SiteService } from '../../../fleet/index.js';
import { Clock } from '../../../platform/clock/clock.js';
import type { RequestContext, SiteId } from '../../../platform/context/index.js';
import { AppKeys, Random } from '../../../platform/crypto/index.js';
import { Database, isUniqueViolation } from '../../../platform/database/index.js';
import { ValidationFailed } from '../../../platform/errors/index.js';
import { renderTransientForward, renderTransientLogin, renderTransientRemoval } from '../../../routeros/render/index.js';
import type { Script } from '../../../routeros/script/index.js';
import { MgmtTunnel } from '../tunnel/mgmt-tunnel.js';
import { TunnelService } from '../tunnel/tunnel.service.js';
import { SiteOffline, TooManyTransients } from './errors.js';
import type { AccessType, Opening, OpeningKind } from './opening.entity.js';
import { OpeningsRepository } from './openings.repository.js';
import { type BoundPort, PortsHere } from './ports-here.js';
import { HeldPorts } from '../live/held-ports.js';

/** Live logins of a site, and live forwards. */
export const LIVE_MAX = 50;
/** When somebody looks whether a job that reported nothing is still there. */
const LOOK_AGAIN_MS = 10 * 60_000;
/** Of the router's end of a forward: where neither its services nor its own connections are. */
const ROUTER_PORTS = { first: 61_000, count: 4_000 };
const LABEL_LETTERS = 'abcdefghijkmnpqrstuvwxyz23456789';
const PASSWORD_LENGTH = 24;
const TRIES = 3;

export const LOGINS: readonly OpeningKind[] = ['winbox', 'ssh'];
export const FORWARDS: readonly OpeningKind[] = ['forward'];

export interface OpeningWish {
  readonly minutes: number;
  readonly allowOnlyCidr: string;
}

export interface LoginWish extends OpeningWish {
  readonly kind: 'winbox' | 'ssh';
  readonly fullAccess: boolean;
  readonly accessType: AccessType | null;
  readonly allowRfc1918: boolean;
}

export interface ForwardWish extends OpeningWish {
  readonly dstAddress: string;
  readonly dstPort: number;
}

/** An opening with what a person needs to use it. */
export interface OpeningShown {
  readonly opening: Opening;
  /** Empty once it has ended, and of a forward. */
  readonly password: string;
  /** RouterOS version of the site's router; null when it told none. */
  readonly version: string | null;
  readonly now: Date;
}

/** What differs between a login and a forward when one is made. */
type Making = Pick<
  Opening,
  'kind' | 'allowRfc1918' | 'passwordSealed' | 'fullAccess' | 'accessType' | 'dstAddress' | 'dstPort' | 'routerPort'
>;

/** Origin of the jobs that put openings on routers and take them off. */
export const OPENING_JOB = 'transient';

/** Before it has a port, and before it has a job. */
type Draft = Omit<Opening, 'port' | 'installJobId'>;
type Sketch = Omit<Opening, 'installJobId'>;

/** Temporary ways to a router and behind it, through the management tunnel. */
@Injectable()
export class TransientService {
  constructor(
    private readonly openings: OpeningsRepository,
    private readonly ports: PortsHere,
    private readonly servicePorts: HeldPorts,
    private readonly tunnels: TunnelService,
    private readonly tunnel: MgmtTunnel,
    private readonly sites: SiteService,
    private readonly jobs: JobService,
    private readonly db: Database,
    private readonly keys: AppKeys,
    private readonly random: Random,
    private readonly clock: Clock,
  ) {}

  /**
   * A login on the router for a while and a port that leads to it. The port listens when this answers; the login comes with
   * the router's next poll. @throws SiteNotFound, SiteBeingDeleted, SiteOffline, SiteNotConnected, TunnelUnavailable,
   * TooManyTransients, TransientPortsUsedUp
   */
  async openLogin(ctx: RequestContext, siteId: SiteId, wish: LoginWish): Promise<OpeningShown> {
    const ports = await this.servicePorts.of(ctx, siteId);
    const password = this.random.alphanumeric(PASSWORD_LENGTH);
    const group = wish.accessType ?? (wish.fullAccess ? 'full' : 'read');
    return this.open(ctx, siteId, wish, {
      title: (label) => `Temporary ${wish.kind === 'ssh' ? 'SSH' : 'WinBox'} login ${label}`,
      secret: true,
      making: (id) => ({
        ...{ kind: wish.kind, allowRfc1918: wish.allowRfc1918, fullAccess: wish.fullAccess, accessType: wish.accessType },
        ...{ passwordSealed: this.keys.seal(password, purpose(id)), dstAddress: null, dstPort: null, routerPort: ports[wish.kind] },
      }),
      script: (row) => renderTransientLogin({ ...this.onRouter(row, wish), password, group }),
    });
  }

  /** A port that leads through the router to a target behind it. @throws like `openLogin`; ValidationFailed for a target in our own network */
  async openForward(ctx: RequestContext, siteId: SiteId, wish: ForwardWish): Promise<OpeningShown> {
    const { dstAddress, dstPort } = wish;
    if (this.tunnel.pool.includes(dstAddress))
      throw new ValidationFailed({
        dst_address: ['dst_address lies in the tunnel network, where the other routers are; a forward leads behind the router'],
      });
    const routerPort = ROUTER_PORTS.first + Math.floor(this.random.fraction() * ROUTER_PORTS.count);
    return this.open(ctx, siteId, wish, {
      title: (label) => `Temporary forward ${label} to ${dstAddress}:${dstPort}`,
      secret: false,
      making: () => ({
        ...{
          kind: 'forward',
          allowRfc1918: false,
          fullAccess: null,
          accessType: null,
          passwordSealed: null,
          dstAddress,
          dstPort,
          routerPort,
        },
      }),
      script: (row, tunnelAddress) =>
        renderTransientForward({ ...this.onRouter(row, wish), tunnelAddress, routerPort, dstAddress, dstPort }),
    });
  }

  /** Live ones, newest first. @throws SiteNotFound */
  async list(ctx: RequestContext, siteId: SiteId, kinds: readonly OpeningKind[]): Promise<OpeningShown[]> {
    const { softwareVersion } = await this.sites.get(ctx, siteId);
    const rows = await this.openings.live(ctx, siteId, kinds, this.clock.now(), LIVE_MAX);
    return rows.map((row) => this.shown(row, softwareVersion));
  }

  /** One, ended ones too. Undefined when the site has none of this id. @throws SiteNotFound */
  async get(ctx: RequestContext, siteId: SiteId, kinds: readonly OpeningKind[], id: string): Promise<OpeningShown | undefined> {
    const { softwareVersion } = await this.sites.get(ctx, siteId);
    const row = await this.openings.find(ctx, siteId, kinds, id);
    return row ? this.shown(row, softwareVersion) : undefined;
  }

  /**
   * Ends one now: its port is closed and its connections are cut, and the router is told to remove what is there. Answers
   * false when the site has none of this id; one that has ended stays as it is. @throws SiteNotFound
   */
  async revoke(ctx: RequestContext, siteId: SiteId, kinds: readonly OpeningKind[], id: string): Promise<boolean> {
    await this.sites.require(ctx, siteId);
    if (!(await this.openings.find(ctx, siteId, kinds, id))) return false;
    await this.end(ctx, id);
    return true;
  }

  /** Ends one, revoked or expired as the time says. Repeating it changes nothing. */
  end(ctx: RequestContext, id: string): Promise<void> {
    return this.db.transaction(ctx, async (ctx) => {
      const row = await this.openings.lock(ctx, id);
      if (!row || row.endedAt) return;
      const now = this.clock.now();
      const revokedEarly = row.expiresAt > now;
      await this.openings.change(ctx, id, { endedAt: revokedEarly ? now : row.expiresAt, revokedEarly, passwordSealed: null });
      this.db.afterCommit(ctx, () => this.ports.cut(id));
      if (row.routerSide === 'queued' && (await this.neverSent(ctx, row))) await this.openings.change(ctx, id, { routerSide: 'clean' });
      else await this.removeFromRouter(ctx, row);
    });
  }

  /** Queues the removal of everything of one from its router; an offline router gets it when it is back. */
  async removeFromRouter(ctx: RequestContext, { id, siteId, label, removals }: Opening): Promise<void> {
    try {
      const number = removals + 1;
      const job = await this.jobs.create(ctx, siteId, {
        ...{ idempotencyKey: `transient-${id}-removal-${number}`, description: `End of ${label}` },
        ...{ script: renderTransientRemoval({ id }).toString(), needsAcknowledgement: true, shouldBackup: false, expressExecute: false },
        origin: OPENING_JOB,
      });
      await this.openings.change(ctx, id, { routerSide: 'removing', removalJobId: job.id, removals: number, lookAt: this.later() });
    } catch (error) {
      if (!(error instanceof SiteBeingDeleted || error instanceof SiteNotFound)) throw error;
      await this.openings.change(ctx, id, { routerSide: 'clean' }); // the removal of the site takes it off
    }
  }

  later(): Date {
    return new Date(this.clock.millis() + LOOK_AGAIN_MS);
  }

  private async open(
    ctx: RequestContext,
    siteId: SiteId,
    wish: OpeningWish,
    how: {
      title(label: string): string;
      readonly secret: boolean;
      making(id: string): Making;
      script(row: Draft, tunnelAddress: string): Script;
    },
  ): Promise<OpeningShown> {
    const { hasPulse, softwareVersion, teamId } = await this.sites.getLiving(ctx, siteId);
    if (!hasPulse) throw new SiteOffline();
    const serverId = await this.server(ctx, siteId);
    const { address } = await this.tunnels.of(ctx, siteId);
    const isHere = serverId === this.ports.serverId;
    for (let attempt = 1; ; attempt++) {
      const id = randomUUID();
      const now = this.clock.now();
      const draft: Draft = {
        ...{ id, teamId, siteId, serverId, entryPoint: isHere ? this.ports.entryPoint : serverId, listenedAt: isHere ? now : null },
        ...{ allowOnlyCidr: wish.allowOnlyCidr, label: `rosfleet-t-${this.random.text(8, LABEL_LETTERS)}`, ...how.making(id) },
        ...{ expiresAt: new Date(now.getTime() + wish.minutes * 60_000), endedAt: null, revokedEarly: false, createdAt: now },
        ...{ routerSide: 'queued', routerError: null, removalJobId: null, removals: 0, lookAt: this.later() },
        ...{ connections: '0', refused: '0', bytesIn: '0', bytesOut: '0', reportedAt: null },
      };
      const bound: BoundPort | undefined = isHere ? await this.ports.bind(draft) : undefined;
      try {
        const row = { ...draft, port: bound?.port ?? (await this.ports.choose(serverId)) };
        const script = how.script(row, address);
        const made = await this.write(ctx, row, { description: how.title(row.label), script: script.toString(), secret: how.secret });
        if (bound) this.ports.keep(made, bound);
        return this.shown(made, softwareVersion);
      } catch (error) {
        await bound?.forward.close();
        if (attempt === TRIES || !isUniqueViolation(error)) throw error; // another process took the port at the same time
      }
    }
  }

  private write(ctx: RequestContext, row: Sketch, job: { description: string; script: string; secret: boolean }): Promise<Opening> {
    const kinds = row.kind === 'forward' ? FORWARDS : LOGINS;
    return this.db.transaction(ctx, async (ctx) => {
      await this.openings.lockSite(ctx, row.siteId);
      const live = await this.openings.live(ctx, row.siteId, kinds, row.createdAt, LIVE_MAX);
      if (live.length >= LIVE_MAX) throw new TooManyTransients(LIVE_MAX);
      const { id: installJobId } = await this.jobs.create(ctx, row.siteId, {
        ...{ idempotencyKey: `transient-${row.id}`, ...job, needsAcknowledgement: true, shouldBackup: false, expressExecute: false },
        origin: OPENING_JOB,
      });
      return this.openings.insert(ctx, { ...row, installJobId });
    });
  }

  /** The server that will listen: the one that holds the tunnel. @throws SiteNotConnected, TunnelUnavailable */
  private async server(ctx: RequestContext, siteId: SiteId): Promise<string> {
    const holder = await this.tunnels.serverOf(ctx, siteId);
    if (holder !== null && holder !== this.ports.serverId) return holder;
    await this.tunnels.reach(ctx, siteId);
    return this.ports.serverId;
  }

  /** Takes the installation back, if no router has it yet. */
  private async neverSent(ctx: RequestContext, { siteId, installJobId }: Opening): Promise<boolean> {
    try {
      await this.jobs.cancel(ctx, siteId, installJobId);
      return true;
    } catch (error) {
      if (error instanceof JobNotFound) return true; // somebody cancelled it before
      if (error instanceof JobAlreadyStarted) return false;
      throw error;
    }
  }

  private onRouter({ id, label }: Draft, { minutes }: OpeningWish) {
    return { id, label, seconds: minutes * 60, managementAddress: this.tunnel.managementAddress };
  }

  private shown(opening: Opening, version: string | null): OpeningShown {
    const { id, passwordSealed } = opening;
    const more = this.ports.uncounted(id);
    const counted = more && {
      connections: String(Number(opening.connections) + more.connections),
      refused: String(Number(opening.refused) + more.refused),
      bytesIn: String(Number(opening.bytesIn) + more.bytesIn),
      bytesOut: String(Number(opening.bytesOut) + more.bytesOut),
    };
    const now = this.clock.now();
    const password = passwordSealed === null || opening.expiresAt <= now ? '' : this.keys.open(passwordSealed, purpose(id));
    return { opening: { ...opening, ...counted }, password, version, now };
  }
}

/** Binds a sealed password to its login. */
const purpose = (id: string): string => `transient-access:${id}`;
