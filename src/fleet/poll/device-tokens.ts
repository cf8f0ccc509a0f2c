import { Injectable, type OnModuleInit } from '@nestjs/common';
import { AccessChecks, bearerOf } from '../../platform/access/index.js';
import { RequestContext, type SiteId, type TeamId } from '../../platform/context/index.js';
import { AppKeys } from '../../platform/crypto/index.js';
import { Unauthenticated } from '../../platform/errors/index.js';

const FORMAT = 1;
const LENGTH = 1 + 16 + 16 + 4;
const MOST_REMEMBERED = 200_000;
/** Characters at the end of a token, 96 bits of it. */
const REMEMBERED_BY = 16;

/** What a device token says: which site, of which team, and which of the routers that served it. */
export interface DeviceIdentity {
  readonly siteId: SiteId;
  readonly teamId: TeamId;
  readonly generation: number;
}

/**
 * The bearer tokens of routers: the encrypted site id. They are checked in memory; whether one was revoked is learnt
 * by each flush. The same site and generation always give the same token, so adopting a router again changes nothing on it.
 */
@Injectable()
export class DeviceTokens implements OnModuleInit {
  /** By the end of the token: finding a whole one among a hundred thousand costs a heartbeat as much as parsing its head. */
  private readonly read = new Map<string, { readonly token: string; readonly device: DeviceIdentity }>();
  /** One string for a team, however many routers it has: at 100,000 of them it shows. */
  private readonly teams = new Map<TeamId, TeamId>();

  constructor(
    private readonly keys: AppKeys,
    private readonly checks: AccessChecks,
  ) {}

  onModuleInit(): void {
    this.checks.register('device', (request) => {
      const token = bearerOf(request);
      const device = token === undefined ? undefined : this.identify(token);
      if (!device) throw new Unauthenticated('This is no device token of this server.');
      (request as { device?: DeviceIdentity }).device = device;
      return RequestContext.device(device.siteId, device.teamId, request.id);
    });
  }

  issue({ siteId, teamId, generation }: DeviceIdentity): string {
    const plain = Buffer.alloc(LENGTH);
    plain.writeUInt8(FORMAT, 0);
    plain.write(siteId.replaceAll('-', ''), 1, 'hex');
    plain.write(teamId.replaceAll('-', ''), 17, 'hex');
    plain.writeUInt32BE(generation, 33);
    return this.keys.sealDeterministic(plain);
  }

  /** Undefined for a text that is forged, cut, altered or of another server. */
  identify(token: string): DeviceIdentity | undefined {
    const end = token.slice(-REMEMBERED_BY);
    const known = this.read.get(end);
    if (known?.token === token) return known.device;
    const plain = this.keys.openDeterministic(token);
    if (plain?.length !== LENGTH || plain.readUInt8(0) !== FORMAT) return undefined;
    const device = {
      siteId: uuidAt(plain, 1) as SiteId,
      teamId: this.shared(uuidAt(plain, 17) as TeamId),
      generation: plain.readUInt32BE(33),
    };
    if (this.read.size >= MOST_REMEMBERED) this.read.clear();
    this.read.set(end, { token, device });
    return device;
  }

  private shared(team: TeamId): TeamId {
    const known = this.teams.get(team);
    if (!known) this.teams.set(team, team);
    return known ?? team;
  }
}

function uuidAt(bytes: Buffer, at: number): string {
  const hex = bytes.toString('hex', at, at + 16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
