import { isIP } from 'node:net';
import type { Logger } from '../../platform/telemetry/logger.js';
import type { Ipv4Range } from '../../platform/net/index.js';
import type { ManagementConnection } from './management-connection.js';
import type { ClientEnv, ManagementMessage } from './management-messages.js';
import { addressPush, isHostOf } from './server-config.js';
import type { TunnelGate, TunnelLogin, Verdict } from './tunnel-gate.js';

interface Session {
  readonly username: string;
  readonly remoteAddress: string;
  /** Undefined while the login is judged. */
  address?: string;
  isUp: boolean;
  /** Forgets a login that never becomes a tunnel: the daemon does not tell when such a client leaves. */
  expiry?: NodeJS.Timeout;
}

/** From being let in until the tunnel is up; clients take a second. */
const LOGIN_LIMIT_MS = 120_000;

type ClientMessage = Extract<ManagementMessage, { type: 'client' }>;

/** The clients of one run of the daemon: asks the gate about each, and tells it what became of them. */
export class TunnelSessions {
  /** By the daemon's client number. */
  private readonly sessions = new Map<number, Session>();

  constructor(
    /** Tells this run from all others. */
    private readonly run: string,
    private readonly management: ManagementConnection,
    private readonly gate: TunnelGate,
    private readonly network: { readonly pool: Ipv4Range; readonly address: string },
    private readonly logger: Logger,
  ) {}

  get size(): number {
    return [...this.sessions.values()].filter((s) => s.isUp).length;
  }

  /** Ends a connection, if it is one of this run. */
  end(connection: string): void {
    const [run, cid] = connection.split('/');
    if (run === this.run && this.sessions.has(Number(cid))) this.tell(`client-kill ${cid}`);
  }

  heard(message: ClientMessage): void {
    switch (message.event) {
      case 'CONNECT':
      case 'REAUTH':
        return void this.judge(message);
      case 'ESTABLISHED':
        return this.established(message);
      case 'DISCONNECT':
        return this.gone(message.cid, bytesOf(message.env));
    }
  }

  carried(cid: number, bytesIn: number, bytesOut: number): void {
    if (this.sessions.get(cid)?.isUp) this.gate.carried(this.nameOf(cid), bytesIn, bytesOut);
  }

  /** The daemon ended and says nothing of its clients any more. */
  ended(): void {
    for (const cid of [...this.sessions.keys()]) this.gone(cid);
  }

  private async judge({ event, cid, kid, env }: ClientMessage): Promise<void> {
    const [username, remoteAddress] = [env.get('username') ?? '', addressIn(env)];
    const known = this.sessions.get(cid);
    const session: Session = known ?? { username, remoteAddress, isUp: false };
    if (!known) this.sessions.set(cid, session);
    const verdict = await this.verdictOn(
      { connection: this.nameOf(cid), username, password: env.get('password') ?? '', remoteAddress },
      session,
    );
    if (this.sessions.get(cid) !== session) return void (verdict.allow && this.gate.closed(this.nameOf(cid), 0, 0)); // it left meanwhile
    if (!verdict.allow) {
      if (!session.isUp) this.sessions.delete(cid);
      this.logger.info({ username, remoteAddress, reason: verdict.reason }, 'a tunnel login was refused');
      return this.tell(`client-deny ${cid} ${kid} "${verdict.reason.replace(/[^\w .,-]/g, '')}"`);
    }
    session.address = verdict.address;
    if (!session.isUp) session.expiry = setTimeout(() => this.gone(cid), LOGIN_LIMIT_MS).unref();
    if (event === 'REAUTH') this.tell(`client-auth-nt ${cid} ${kid}`);
    else this.tell(`client-auth ${cid} ${kid}`, [addressPush(verdict.address, this.network.pool)]);
  }

  private async verdictOn(login: TunnelLogin, { username, address }: Session): Promise<Verdict> {
    if (login.username !== username) return { allow: false, reason: 'another user name than at first' };
    try {
      const verdict = await this.gate.admit(login);
      if (!verdict.allow) return verdict;
      if (!isHostOf(verdict.address, this.network.pool) || verdict.address === this.network.address)
        return { allow: false, reason: 'its address is none for clients of this network' };
      return address === undefined || address === verdict.address ? verdict : { allow: false, reason: 'it has another address now' };
    } catch (err) {
      this.logger.error({ err, remoteAddress: login.remoteAddress }, 'a tunnel login could not be judged');
      return { allow: false, reason: 'it could not be judged' };
    }
  }

  private established({ cid }: ClientMessage): void {
    const session = this.sessions.get(cid);
    if (!session || session.isUp) return;
    session.isUp = true;
    clearTimeout(session.expiry);
    this.gate.opened({ connection: this.nameOf(cid), username: session.username, remoteAddress: session.remoteAddress });
  }

  private gone(cid: number, [bytesIn, bytesOut]: readonly [number, number] = [0, 0]): void {
    const session = this.sessions.get(cid);
    clearTimeout(session?.expiry);
    this.sessions.delete(cid);
    if (session?.address !== undefined) this.gate.closed(this.nameOf(cid), bytesIn, bytesOut);
  }

  private tell(line: string, block?: readonly string[]): void {
    // A client that left meanwhile is unknown to the daemon; one that is not told waits a minute and tries again.
    this.management.command(line, block).catch((err: unknown) => this.logger.debug({ err }, 'a word to the tunnel server went nowhere'));
  }

  private nameOf(cid: number): string {
    return `${this.run}/${cid}`;
  }
}

/** Where the client comes from; IPv4 clients of a socket for both families are written as IPv6. */
function addressIn(env: ClientEnv): string {
  const text = env.get('untrusted_ip') ?? env.get('trusted_ip') ?? env.get('untrusted_ip6') ?? env.get('trusted_ip6') ?? '';
  return isIP(text) ? text : '0.0.0.0';
}

function bytesOf(env: ClientEnv): readonly [number, number] {
  const of = (name: string): number => Number(env.get(name) ?? 0) || 0;
  return [of('bytes_received'), of('bytes_sent')];
}
