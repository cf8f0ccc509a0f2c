import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Settings } from '../../../config/index.js';
import { AuditTrail } from '../../../platform/audit/index.js';
import { Clock } from '../../../platform/clock/clock.js';
import { RequestContext } from '../../../platform/context/index.js';
import { Random } from '../../../platform/crypto/index.js';
import { Logger } from '../../../platform/telemetry/logger.js';
import { TunnelService } from '../tunnel/tunnel.service.js';
import { TunnelState } from '../tunnel/tunnel-state.js';
import { TransientPortsUsedUp } from './errors.js';
import type { Opening } from './opening.entity.js';
import { type EndedOpening, OpeningsAcrossTeams } from './openings.repository.js';
import { RouterDial } from '../live/router-dial.js';
import { SourceFilter } from './source-filter.js';
import { type ForwardCounts, TcpForward } from './tcp-forward.js';

/** Of one opening at a time; WinBox takes one or two, a browser up to a dozen. */
const MOST_CONNECTIONS = 100;
const CONNECT_MS = 10_000;
const IDLE_MS = 60 * 60_000;
const HALF_OPEN_IDLE_MS = 5 * 60_000;
const TICK_MS = 1000;
/** Ticks between two writes of what was counted. */
const COUNT_EVERY = 15;
/** Ports that are tried before the range is taken to be full. */
const TRIES = 50;

interface Here {
  readonly opening: Opening;
  readonly forward: TcpForward;
  /** The turn in which it came: a look at the database that began before says nothing about it. */
  readonly since: number;
  /** What was written. */
  counted: ForwardCounts;
}

/** What the port of an opening is made of. */
export type Leading = Pick<Opening, 'id' | 'siteId' | 'teamId' | 'routerPort' | 'expiresAt' | 'allowOnlyCidr' | 'allowRfc1918'>;

/** What a port that listens already is, until its opening is written. */
export interface BoundPort {
  readonly port: number;
  readonly forward: TcpForward;
}

/**
 * The ports that this process listens on: those of openings whose tunnel ends here. It looks at the database every second,
 * so a start, a revocation on another server and a tunnel that moved need no message.
 */
@Injectable()
export class PortsHere implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly ctx = RequestContext.system('transient-ports');
  private readonly here = new Map<string, Here>();
  /** Openings whose port could not be taken: said once. */
  private readonly blocked = new Set<string>();
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private turn = 0;
  private fails = false;

  constructor(
    private readonly openings: OpeningsAcrossTeams,
    private readonly tunnels: TunnelService,
    private readonly state: TunnelState,
    private readonly dial: RouterDial,
    private readonly audit: AuditTrail,
    private readonly settings: Settings,
    private readonly clock: Clock,
    private readonly random: Random,
    private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.look(), TICK_MS).unref();
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
    await Promise.all([...this.here.keys()].map((id) => this.drop(id)));
  }

  get serverId(): string {
    return this.settings.MGMT_TUNNEL_SERVER_ID;
  }

  get entryPoint(): string {
    return this.settings.TRANSIENT_PUBLIC_HOST;
  }

  /** Listens on a free port for an opening that is being made. `keep` or `forward.close` follows. @throws TransientPortsUsedUp */
  async bind(opening: Leading): Promise<BoundPort> {
    const taken = await this.openings.portsTaken(this.ctx, this.serverId);
    for (const port of this.freePorts(taken)) {
      const forward = await this.listen(opening, port).catch(undefinedWhenTaken);
      if (forward) return { port, forward };
    }
    throw new TransientPortsUsedUp(this.range);
  }

  /** A port that no opening of a server has, for one that cannot be tried from here. @throws TransientPortsUsedUp */
  async choose(serverId: string): Promise<number> {
    const [port] = this.freePorts(await this.openings.portsTaken(this.ctx, serverId));
    if (port === undefined) throw new TransientPortsUsedUp(this.range);
    return port;
  }

  /** The opening is written: its port is this one. */
  keep(opening: Opening, { forward }: BoundPort): void {
    this.add(opening, forward);
  }

  /** Closes the port of an opening that has ended and cuts its connections, at once, if it is here; its numbers go to the audit log. */
  cut(id: string): void {
    void this.drop(id, true);
  }

  /** Numbers of an opening that are not written yet; undefined when it is not here. */
  uncounted(id: string): ForwardCounts | undefined {
    const here = this.here.get(id);
    return here && difference(here.forward.total(), here.counted);
  }

  /** Ends what is over, then brings the ports in line with the database. One run at a time. */
  look(): Promise<void> {
    const now = this.clock.now();
    for (const [id, { opening }] of this.here) if (opening.expiresAt <= now) this.cut(id);
    this.running ??= this.lookNow().finally(() => (this.running = undefined));
    return this.running;
  }

  /** Writes the end of an opening to the audit log, once. @param which an opening, or all that ended before a time */
  async report(which: { id: string } | { endedBefore: Date }): Promise<void> {
    for (const ended of await this.openings.takeUnreported(this.ctx, this.clock.now(), which)) this.note(ended);
  }

  private async lookNow(): Promise<void> {
    try {
      const turn = ++this.turn;
      const wanted = this.state.off === undefined ? await this.openings.ofServer(this.ctx, this.serverId, this.clock.now()) : [];
      const byId = new Map(wanted.map((opening) => [opening.id, opening]));
      for (const [id, { opening, since }] of this.here) if (since < turn && byId.get(id)?.port !== opening.port) await this.drop(id);
      for (const opening of wanted) if (!this.here.has(opening.id)) await this.take(opening);
      for (const id of this.blocked) if (!byId.has(id)) this.blocked.delete(id);
      if (turn % COUNT_EVERY === 0) for (const id of this.here.keys()) await this.count(id);
      this.fails = false;
    } catch (err) {
      if (!this.fails) this.logger.warn({ err }, 'the ports of temporary logins and forwards could not be looked after; trying again');
      this.fails = true;
    }
  }

  /** An opening of before a restart, or of a tunnel that came here. */
  private async take(opening: Opening): Promise<void> {
    const facts = { opening: opening.id, siteId: opening.siteId, port: opening.port };
    const forward = await this.listen(opening, opening.port).catch(undefinedWhenTaken);
    if (forward) {
      this.blocked.delete(opening.id);
      this.add(opening, forward);
      await this.openings.listening(this.ctx, opening.id, this.entryPoint, this.clock.now());
    } else if (opening.listenedAt === null) {
      // Nobody was told this port by a server that had it.
      await this.openings.move(this.ctx, opening.id, {
        ...{ serverId: this.serverId, entryPoint: this.entryPoint, port: await this.choose(this.serverId) },
      });
    } else if (!this.blocked.has(opening.id)) {
      this.blocked.add(opening.id);
      this.logger.warn(facts, 'another program has the port of a temporary login or forward; it is tried again until that is free');
    }
  }

  private add(opening: Opening, forward: TcpForward): void {
    this.here.set(opening.id, { opening, forward, since: this.turn + 1, counted: NOTHING });
  }

  private listen(leading: Leading, port: number): Promise<TcpForward> {
    const { id, siteId, teamId, routerPort, expiresAt } = leading;
    const filter = new SourceFilter(leading.allowOnlyCidr, leading.allowRfc1918);
    const ctx = this.ctx.forTeam(teamId);
    return TcpForward.open({
      ...{ host: this.settings.TRANSIENT_HOST, port },
      allows: (address) => filter.allows(address) && this.clock.now() < expiresAt,
      dial: async () => this.dial.open(await this.tunnels.reach(ctx, siteId), routerPort, true),
      ...{ mostConnections: MOST_CONNECTIONS, connectMs: CONNECT_MS, idleMs: IDLE_MS, halfOpenIdleMs: HALF_OPEN_IDLE_MS },
      refused: (address, count) => {
        // The 1st, 2nd, 4th, 8th … of them: whoever knocks all day does not fill the log.
        if (Number.isInteger(Math.log2(count)))
          this.logger.info({ opening: id, siteId, teamId, port, address, count }, 'a source was refused at a temporary port');
      },
      unreachable: (err) =>
        this.logger.info({ opening: id, siteId, teamId, err }, 'a router did not take a connection to a temporary port'),
    });
  }

  /** @param over it has ended, and does not only go to another server or wait for this one to come back */
  private async drop(id: string, over = false): Promise<void> {
    const here = this.here.get(id);
    if (!here) return;
    this.here.delete(id);
    const closed = here.forward.close();
    try {
      await closed; // the last bytes are counted by then
      await this.write(here);
      if (over) await this.report({ id });
    } catch (err) {
      this.logger.warn({ err, opening: id }, 'the numbers of a temporary port could not be written');
    }
  }

  private async count(id: string): Promise<void> {
    const here = this.here.get(id);
    if (here) await this.write(here);
  }

  private async write(here: Here): Promise<void> {
    const total = here.forward.total();
    const more = difference(total, here.counted);
    here.counted = total;
    if (Object.values(more).every((count) => count === 0)) return;
    try {
      const there = await this.openings.count(this.ctx, here.opening.id, more);
      if (!there) this.note({ ...here.opening, revokedEarly: true, ...textOf(total) }); // its site is gone, and all that was written
    } catch (error) {
      here.counted = difference(here.counted, more);
      throw error;
    }
  }

  private note(ended: EndedOpening): void {
    const { id, siteId, teamId, kind, serverId, port, label, revokedEarly } = ended;
    const numbers = {
      connections: Number(ended.connections),
      refused: Number(ended.refused),
      bytes_in: Number(ended.bytesIn),
      bytes_out: Number(ended.bytesOut),
    };
    this.audit.note(this.ctx, {
      event: kind === 'forward' ? 'transient-forward.ended' : 'transient-access.ended',
      status: 200,
      about: { id, site: siteId, type: kind, server: serverId, port, label, reason: revokedEarly ? 'revoked' : 'expired', ...numbers },
      who: { teamId },
    });
  }

  private get range(): string {
    const { first, last } = this.settings.TRANSIENT_PORTS;
    return `${first}-${last}`;
  }

  /** Some free ports of the range, at random: where they lie tells nobody who else has one. */
  private freePorts(taken: ReadonlySet<number>): number[] {
    const { first, last } = this.settings.TRANSIENT_PORTS;
    const found = new Set<number>();
    for (let i = 0; i < TRIES * 4 && found.size < TRIES; i++) {
      const port = first + Math.floor(this.random.fraction() * (last + 1 - first));
      if (!taken.has(port)) found.add(port);
    }
    for (let port = first; port <= last && found.size < TRIES; port++) if (!taken.has(port)) found.add(port);
    return [...found];
  }
}

const NOTHING: ForwardCounts = { connections: 0, refused: 0, bytesIn: 0, bytesOut: 0 };

const difference = (a: ForwardCounts, b: ForwardCounts): ForwardCounts => ({
  ...{ connections: a.connections - b.connections, refused: a.refused - b.refused },
  ...{ bytesIn: a.bytesIn - b.bytesIn, bytesOut: a.bytesOut - b.bytesOut },
});

const textOf = ({ connections, refused, bytesIn, bytesOut }: ForwardCounts): Record<keyof ForwardCounts, string> => ({
  ...{ connections: String(connections), refused: String(refused), bytesIn: String(bytesIn), bytesOut: String(bytesOut) },
});

/** A port that somebody has is no failure; all else is. */
function undefinedWhenTaken(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'EADDRINUSE' && error.code !== 'EACCES') throw error;
}
