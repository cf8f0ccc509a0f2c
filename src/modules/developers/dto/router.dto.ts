import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { durationInWords, type LastDayUptime, type SiteService } from '../../../fleet/index.js';
import type { Fault } from '../../faults/index.js';

type Site = Awaited<ReturnType<SiteService['get']>>;

const text = (description?: string): PropertyDecorator => ApiProperty({ type: String, nullable: true, description });
const whole = (description?: string): PropertyDecorator => ApiProperty({ type: 'integer', nullable: true, description });
const bytes = (): PropertyDecorator => ApiProperty({ type: 'integer', format: 'int64', nullable: true, description: 'Bytes' });

/** The keys of the heartbeat with underscores. Null is what no heartbeat told. */
export class OemDto {
  @text()
  serial_number!: string | null;
  @text()
  platform!: string | null;
  @text()
  model!: string | null;
  @text()
  board_name!: string | null;
  @text()
  revision!: string | null;
  @ApiProperty({ type: Boolean, nullable: true })
  routerboard!: boolean | null;
  @text()
  architecture_name!: string | null;
  @text()
  cpu!: string | null;
  @whole()
  cpu_count!: number | null;
  @whole('MHz')
  cpu_frequency!: number | null;
  @bytes()
  total_memory!: number | null;
  @bytes()
  total_hdd_space!: number | null;
  @text()
  software_id!: string | null;
  @whole('Licence level; null for one that is no number, such as that of a CHR.')
  level!: number | null;
  @text('RouterOS version.')
  version!: string | null;
  @text()
  build_time!: string | null;
  @text()
  factory_software!: string | null;
  @text()
  factory_firmware!: string | null;
  @text()
  current_firmware!: string | null;
  @text()
  upgrade_firmware!: string | null;
  @text()
  firmware_type!: string | null;
}

export function toOemDto({ facts, ...site }: Site): OemDto {
  const said = (name: string): string | null => (typeof facts[name] === 'string' ? facts[name] : null);
  const counted = (name: string): number | null => (Number.isFinite(facts[name]) ? Math.round(facts[name] as number) : null);
  const level = said('licenceLevel');
  return {
    ...{ serial_number: site.serialNumber, platform: said('platform'), model: site.model, board_name: site.boardName },
    ...{ revision: said('revision'), routerboard: site.routerboard, architecture_name: site.architectureName, cpu: said('cpu') },
    ...{ cpu_count: counted('cpuCount'), cpu_frequency: counted('cpuFrequencyMhz') },
    ...{ total_memory: counted('totalMemoryBytes'), total_hdd_space: counted('totalHddBytes'), software_id: site.softwareId },
    ...{ level: level !== null && /^\d{1,2}$/.test(level) ? Number(level) : null, version: site.softwareVersion },
    ...{ build_time: said('buildTime'), factory_software: said('factorySoftware'), factory_firmware: said('factoryFirmware') },
    ...{ current_firmware: said('currentFirmware'), upgrade_firmware: said('upgradeFirmware'), firmware_type: said('firmwareType') },
  };
}

/** What is not set is left out. */
export class MetadataDto {
  @ApiProperty()
  name!: string;
  @ApiPropertyOptional({ description: 'IANA name' })
  timezone?: string;
  @ApiPropertyOptional({ type: 'object', properties: { lat: { type: 'number' }, lon: { type: 'number' } }, additionalProperties: false })
  location?: { lat: number; lon: number };
  @ApiPropertyOptional({ description: 'Beyond the contract: where it is, in words.' })
  address?: string;
  @ApiPropertyOptional({ description: 'Sites have none on this server so far.' })
  banner?: string;
  @ApiPropertyOptional({ type: [String], description: 'Sites have none on this server so far.' })
  tags?: string[];
}

export const toMetadataDto = ({ name, timezone, latitude, longitude, address }: Site): MetadataDto => ({
  name,
  ...(timezone === null ? {} : { timezone }),
  ...(latitude === null || longitude === null ? {} : { location: { lat: latitude, lon: longitude } }),
  ...(address === null ? {} : { address }),
});

export class RouterFaultDto {
  @ApiProperty({ format: 'uuid' })
  id!: string;
  @ApiProperty()
  message!: string;
  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'Null while it is open.' })
  resolved_at!: string | null;
  @ApiProperty({ format: 'date-time', description: 'When it began: of a silent site, its first missed heartbeat.' })
  created_at!: string;
  @ApiProperty({ description: 'In words; of an open fault, up to now.', example: '58 minutes' })
  duration!: string;
  @ApiProperty({ example: 'critical' })
  severity!: string;
  @ApiProperty({ enum: ['site', 'wantunnel'] })
  type!: string;
  @ApiProperty({ example: 'Disconnected' })
  cause!: string;
  @ApiProperty({ format: 'uuid' })
  site_id!: string;
  @ApiProperty({ description: 'What is faulty: the id of the site, or of something beneath it.' })
  resource_identifier!: string;
}

export const toRouterFaultDto = (fault: Fault, siteId: string, now: Date): RouterFaultDto => ({
  ...{
    id: fault.id,
    message: fault.message,
    resolved_at: fault.resolvedAt?.toISOString() ?? null,
    created_at: fault.createdAt.toISOString(),
  },
  duration: durationInWords(((fault.resolvedAt ?? now).getTime() - fault.createdAt.getTime()) / 1000),
  ...{ severity: fault.severity, type: fault.type, cause: fault.cause, site_id: siteId, resource_identifier: fault.resourceIdentifier },
});

export class RouterMetricsDto {
  @ApiProperty({ type: 'number', minimum: 0, maximum: 100, description: 'Of the time in which the router could be heard.' })
  uptime_percentage!: number;
  @ApiProperty({ type: 'integer', minimum: 0, maximum: 86_400 })
  downtime_duration_seconds!: number;
  @ApiProperty({ enum: ['online', 'offline'] })
  last_status!: 'online' | 'offline';
  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'Null before the first heartbeat.' })
  last_seen_at!: string | null;
}

export const toRouterMetricsDto = ({ uptimePercentage, downSeconds, isOnline, lastSeenAt }: LastDayUptime): RouterMetricsDto => ({
  ...{ uptime_percentage: uptimePercentage, downtime_duration_seconds: downSeconds },
  ...{ last_status: isOnline ? 'online' : 'offline', last_seen_at: lastSeenAt?.toISOString() ?? null },
});
