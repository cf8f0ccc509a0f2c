import { Injectable } from '@nestjs/common';
import { createHash, timingSafeEqual } from 'node:crypto';
import type { TunnelGate, TunnelLogin, Verdict } from '../../../engines/openvpn/index.js';
import { RequestContext, type SiteId } from '../../../platform/context/index.js';
import { AppKeys, base62ToUuid } from '../../../platform/crypto/index.js';
import { Logger } from '../../../platform/telemetry/logger.js';
import { LiveTunnels } from './live-tunnels.js';
import { MgmtTunnel } from './mgmt-tunnel.js';
import { SiteTunnelsAcrossTeams } from './site-tunnels.repository.js';
import { TunnelPresence } from './tunnel-presence.js';
import { purpose } from './tunnel.service.js';

interface Session {
  readonly siteId: SiteId;
  readonly tunnelId: string;
  readonly connection: string;
  bytesIn: number;
  bytesOut: number;
  /** What has been written of them. */
  writtenIn: number;
  writtenOut: number;
  /** It became a tunnel. */
  isOpen: boolean;
  /** It is known to the database that we hold it. */
  isHeld: boolean;
}

const SYSTEM = RequestContext.system('tunnel-login');
const REFUSED: Verdict = { allow: false, reason: 'no site has this user name and password' };

/** Routers at the door of our own tunnel server: who may come in, and what the database learns of them. */
@Injectable()
export class SiteGate implements TunnelGate {
  /** By connection, from the login on. */
  private readonly sessions = new Map<string, Session>();
  /** What happens to one site happens in order; sites wait for nobody else's. */
  private readonly queues = new Map<SiteId, Promise<void>>();
  private began: Promise<void> = Promise.resolve();
  private refreshing: Promise<void> = Promise.resolve();
  /** Ends a connection; known once there is a server. */
  private endConnection: (connection: string) => void = () => undefined;
  private isClosing = false;

  constructor(
    private readonly tunnels: SiteTunnelsAcrossTeams,
    private readonly presence: TunnelPresence,
    private readonly live: LiveTunnels,
    private readonly tunnel: MgmtTunnel,
    private readonly keys: AppKeys,
    private readonly logger: Logger,
  ) {}

  /** Another run of the server begins; it has no clients yet. @param end ends a connection of it */
  begin(end: (connection: string) => void): void {
    this.endConnection = end;
    this.began = this.presence.began(this.tunnel.serverId, []).catch((err: unknown) => this.failed(err));
  }

  async admit({ connection, username, password }: TunnelLogin): Promise<Verdict> {
    const tunnelId = base62ToUuid(username);
    const row = tunnelId === undefined ? null : await this.tunnels.ofPair(SYSTEM, tunnelId);
    if (!row || tunnelId === undefined) return REFUSED;
    const sealed = row.tunnelId === tunnelId ? row.passwordSealed : row.previousPasswordSealed;
    if (sealed === null || !isSame(password, this.keys.open(sealed, purpose(tunnelId)))) return REFUSED;
    if (!this.sessions.has(connection)) {
      const nothing = { bytesIn: 0, bytesOut: 0, writtenIn: 0, writtenOut: 0 };
      this.sessions.set(connection, { siteId: row.siteId, tunnelId, connection, ...nothing, isOpen: false, isHeld: false });
    }
    return { allow: true, address: row.address };
  }

  opened({ connection, remoteAddress }: Pick<TunnelLogin, 'connection' | 'remoteAddress'>): void {
    const session = this.sessions.get(connection);
    if (!session) return this.endConnection(connection);
    const { siteId, tunnelId } = session;
    session.isOpen = true;
    this.live.add({ siteId, connection, end: () => this.endConnection(connection) });
    this.inOrder(siteId, async () => {
      await this.began;
      const held = await this.presence.opened({ tunnelId, serverId: this.tunnel.serverId, connection, remoteAddress });
      session.isHeld = held !== undefined;
      if (!held) this.endConnection(connection); // its site went while it came
    });
  }

  carried(connection: string, bytesIn: number, bytesOut: number): void {
    const session = this.sessions.get(connection);
    if (session) Object.assign(session, { bytesIn, bytesOut });
  }

  closed(connection: string, bytesIn: number, bytesOut: number): void {
    const session = this.sessions.get(connection);
    if (!session) return;
    this.carried(connection, Math.max(bytesIn, session.bytesIn), Math.max(bytesOut, session.bytesOut)); // of a daemon that died, what it said last
    this.live.remove(session);
    if (this.isClosing) return; // `close` does it for all
    this.sessions.delete(connection);
    if (!session.isOpen) return;
    this.inOrder(session.siteId, async () => {
      await this.refreshing;
      const [more, out] = unwritten(session);
      await this.presence.closed(session.siteId, this.tunnel.serverId, connection, more, out);
    });
  }

  /** Called now and then: says that we still hold what we hold, with the bytes carried, and ends what is not ours any more. */
  refresh(): Promise<void> {
    const refresh = this.refreshing.then(() => this.refreshNow());
    this.refreshing = refresh.catch(() => undefined);
    return refresh;
  }

  /** All tunnels end at once, and the database hears of it in one go. @param stop ends the server */
  async close(stop: () => Promise<void>): Promise<void> {
    this.isClosing = true;
    await stop();
    await Promise.all(this.queues.values());
    if (!this.sessions.size) return;
    await this.refresh().catch((err: unknown) => this.failed(err));
    await this.presence.began(this.tunnel.serverId, []).catch((err: unknown) => this.failed(err));
    this.sessions.clear();
  }

  private async refreshNow(): Promise<void> {
    const held = [...this.sessions.values()].filter((s) => s.isHeld);
    const reports = held.map((session) => ({ session, bytes: unwritten(session) }));
    for (const { session, bytes } of reports) note(session, bytes);
    try {
      const still = await this.presence.refresh(
        this.tunnel.serverId,
        reports.map(({ session, bytes: [bytesIn, bytesOut] }) => ({ ...session, bytesIn, bytesOut })),
      );
      // Deleted by another process, or claimed by another server.
      for (const session of held) if (!still.has(session.siteId)) this.endConnection(session.connection);
    } catch (error) {
      for (const { session, bytes } of reports) note(session, [-bytes[0], -bytes[1]]);
      throw error;
    }
  }

  private inOrder(siteId: SiteId, work: () => Promise<void>): void {
    const turn = (this.queues.get(siteId) ?? Promise.resolve()).then(work).catch((err: unknown) => this.failed(err));
    this.queues.set(siteId, turn);
    void turn.then(() => {
      if (this.queues.get(siteId) === turn) this.queues.delete(siteId);
    });
  }

  private failed(err: unknown): void {
    this.logger.error({ err }, 'the state of a tunnel could not be written');
  }
}

const unwritten = (s: Session): readonly [number, number] => [s.bytesIn - s.writtenIn, s.bytesOut - s.writtenOut];

function note(session: Session, [bytesIn, bytesOut]: readonly [number, number]): void {
  session.writtenIn += bytesIn;
  session.writtenOut += bytesOut;
}

const isSame = (given: string, right: string): boolean => timingSafeEqual(digest(given), digest(right));
const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
