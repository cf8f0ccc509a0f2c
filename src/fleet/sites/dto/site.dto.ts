import { ApiProperty } from '@nestjs/swagger';
import type { SiteWithPulse, VisitedSite } from '../sites.repository.js';
import { durationInWords, relativeInWords } from '../words.js';

const text = (description?: string): PropertyDecorator => ApiProperty({ type: String, nullable: true, description });
const time = (description?: string): PropertyDecorator => ApiProperty({ type: String, format: 'date-time', nullable: true, description });

export class SiteDto {
  @ApiProperty({ format: 'uuid' })
  id!: string;
  @ApiProperty({ description: 'Time-sortable id for display.', pattern: '^site_' })
  pid!: string;
  @ApiProperty()
  name!: string;
  @text()
  address!: string | null;
  @ApiProperty({
    type: 'object',
    nullable: true,
    properties: { lat: { type: 'number' }, lon: { type: 'number' } },
    additionalProperties: false,
  })
  location!: { lat: number; lon: number } | null;
  @text('IANA name.')
  timezone!: string | null;
  @ApiProperty({ description: 'Whether heartbeats arrive: false after ten missed ones.' })
  has_pulse!: boolean;
  @ApiProperty({
    enum: ['pending', 'online', 'offline', 'deleting'],
    description: 'Beyond the contract: the life-cycle state in one word.',
  })
  state!: 'pending' | 'online' | 'offline' | 'deleting';
  @text('How long the router runs, in words.')
  uptime!: string | null;
  @text()
  architecture_name!: string | null;
  @text('40 hexadecimal digits that name the hardware.')
  hardware_hash!: string | null;
  @text()
  serial_number!: string | null;
  @text('RouterOS version.')
  software_version!: string | null;
  @text()
  software_id!: string | null;
  @text('Name set on the router itself.')
  identity!: string | null;
  @text('Source address of the last heartbeat.')
  last_seen_from!: string | null;
  @text()
  model!: string | null;
  @text()
  board_name!: string | null;
  @ApiProperty({ type: Boolean, nullable: true })
  routerboard!: boolean | null;
  @text('In words.')
  last_seen!: string | null;
  @time()
  last_seen_at!: string | null;
  @ApiProperty({ format: 'date-time' })
  created_at!: string;
  @ApiProperty({ format: 'date-time' })
  updated_at!: string;
  @time('When its deletion was requested.')
  deleted_at!: string | null;
  @text('In words, until the record goes even without the router.')
  scheduler_removal!: string | null;
}

function stateOf(site: SiteWithPulse): SiteDto['state'] {
  if (site.deletionRequestedAt) return 'deleting';
  if (site.hasPulse) return 'online';
  return site.lastSeenAt ? 'offline' : 'pending';
}

export const toSiteDto = (site: SiteWithPulse, now: Date): SiteDto => ({
  id: site.id,
  pid: site.pid,
  name: site.name,
  address: site.address,
  location: site.latitude === null || site.longitude === null ? null : { lat: site.latitude, lon: site.longitude },
  timezone: site.timezone,
  has_pulse: site.hasPulse,
  state: stateOf(site),
  uptime: site.uptimeSeconds === null ? null : durationInWords(site.uptimeSeconds),
  architecture_name: site.architectureName,
  hardware_hash: site.hardwareHash,
  serial_number: site.serialNumber,
  software_version: site.softwareVersion,
  software_id: site.softwareId,
  identity: site.identity,
  last_seen_from: site.lastSeenFrom,
  model: site.model,
  board_name: site.boardName,
  routerboard: site.routerboard,
  last_seen: site.lastSeenAt && relativeInWords(site.lastSeenAt, now),
  last_seen_at: site.lastSeenAt?.toISOString() ?? null,
  created_at: site.createdAt.toISOString(),
  updated_at: site.updatedAt.toISOString(),
  deleted_at: site.deletionRequestedAt?.toISOString() ?? null,
  scheduler_removal: site.removalDueAt && relativeInWords(site.removalDueAt, now),
});

export class SiteMinimalDto {
  @ApiProperty({ format: 'uuid' })
  id!: string;
  @ApiProperty()
  pid!: string;
  @ApiProperty()
  name!: string;
  @ApiProperty()
  has_pulse!: boolean;
  @text()
  software_version!: string | null;
  @text()
  software_id!: string | null;
  @text()
  serial_number!: string | null;
  @ApiProperty({ format: 'date-time' })
  created_at!: Date;
}

export class RecentSiteDto {
  @ApiProperty({ format: 'uuid' })
  id!: string;
  @text()
  pid!: string | null;
  @text()
  name!: string | null;
  @text()
  model!: string | null;
  @text('RouterOS version.')
  version!: string | null;
  @ApiProperty({ type: String, format: 'ipv4', nullable: true, description: 'Last public address.' })
  ip_address!: string | null;
  @ApiProperty()
  online!: boolean;
  @text('In words.')
  last_seen!: string | null;
  @ApiProperty({ format: 'date-time' })
  accessed_at!: string;
}

export const toRecentSiteDto = (site: VisitedSite, now: Date): RecentSiteDto => ({
  id: site.id,
  pid: site.pid,
  name: site.name,
  model: site.model,
  version: site.softwareVersion,
  ip_address: site.lastSeenFrom,
  online: site.hasPulse,
  last_seen: site.lastSeenAt && relativeInWords(site.lastSeenAt, now),
  accessed_at: site.accessedAt.toISOString(),
});

export class SiteVersionDto {
  @ApiProperty({ format: 'uuid' })
  id!: string;
  @text()
  software_version!: string | null;
  @text()
  architecture_name!: string | null;
  @text()
  board_name!: string | null;
  @text()
  model!: string | null;
}

export const toSiteVersionDto = ({ id, softwareVersion, architectureName, boardName, model }: SiteWithPulse): SiteVersionDto => ({
  ...{ id, software_version: softwareVersion, architecture_name: architectureName, board_name: boardName, model },
});
