import { ApiProperty } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayMinSize, IsArray, IsUUID } from 'class-validator';
import type { DateWriter } from '../../identity/index.js';
import { describeChange, type ExportChange, type Subnet } from '../../../routeros/export/index.js';
import type { Backup } from '../backup.entity.js';
import type { Latest, ReadBackup } from '../backup.service.js';
import { fileNameOf } from '../file-name.js';
import { sizeInWords } from '../words.js';

const Text = (description: string): PropertyDecorator =>
  ApiProperty({ type: String, nullable: true, description: `Beyond the contract: ${description}` });

export class BackupChangesDto {
  @ApiProperty({ description: 'Changes against the version before.' })
  count!: number;
  @ApiProperty({ type: [String], description: 'The first of them, a line each.' })
  first!: readonly string[];
}

export class BackupFileDto {
  @ApiProperty({ example: '1763790000.rsc', description: 'Its name within the site, from the time at which it was taken.' })
  filename!: string;
  @ApiProperty({ example: '12.3KB' })
  size!: string;
  @ApiProperty({ description: 'Date of the name, by the format and time zone of the caller.' })
  date!: string;
  @ApiProperty({ description: 'Time of the name, by the format and time zone of the caller.' })
  time!: string;
  @ApiProperty({ format: 'date-time', example: '2026-11-22T07:30:00.000000Z' })
  created_at!: string;
  @ApiProperty({ format: 'date-time', description: 'Beyond the contract: when the router last exported this very configuration.' })
  confirmed_at!: string;
  @ApiProperty({ description: 'Beyond the contract: the size in bytes.' })
  bytes!: number;
  @Text('RouterOS version of the export.')
  version!: string | null;
  @Text('model of the router.')
  model!: string | null;
  @Text('serial number of the router.')
  serial_number!: string | null;
  @Text('software id of the router.')
  software_id!: string | null;
  @ApiProperty({
    type: BackupChangesDto,
    nullable: true,
    description: 'Beyond the contract: what changed against the version before; null for the first.',
  })
  changes!: BackupChangesDto | null;
}

export class BackupDetailDto extends BackupFileDto {
  @ApiProperty({ description: 'The whole export. Secrets are masked for whoever may not run scripts on routers.' })
  content!: string;
}

export class BackupRequestedDto {
  @ApiProperty({ enum: ['Backup requested'] })
  message!: 'Backup requested';
}

export class SubnetDto {
  @ApiProperty({ example: '192.168.88.0/24' })
  subnet!: string;
  @ApiProperty({ example: '192.168.88.1', description: 'The router in it.' })
  address!: string;
  @ApiProperty()
  interface!: string;
  @ApiProperty({ type: String, nullable: true })
  comment!: string | null;
  @ApiProperty({ enum: ['bridge', 'vlan', 'ethernet', 'other'], description: 'Beyond the contract: what the interface is.' })
  interface_type!: Subnet['interfaceType'];
  @ApiProperty({ type: Number, nullable: true, description: 'Beyond the contract: VLAN id of the interface.' })
  vlan_id!: number | null;
  @ApiProperty({ type: [String], description: 'Beyond the contract: networks inside it that a DHCP server serves.' })
  dhcp_networks!: string[];
  @ApiProperty({ type: [String], description: 'Beyond the contract: names of address pools inside it.' })
  pools!: string[];
}

export class PropertyChangeDto {
  @ApiProperty()
  name!: string;
  @ApiProperty({ type: String, nullable: true })
  from!: string | null;
  @ApiProperty({ type: String, nullable: true })
  to!: string | null;
}

export class BackupChangeDto {
  @ApiProperty({ enum: ['added', 'removed', 'changed', 'moved'] })
  kind!: ExportChange['kind'];
  @ApiProperty({ example: '/ip/firewall/filter', description: 'Empty for the head of the export: version, model, serial number.' })
  menu!: string;
  @ApiProperty({ description: 'The item as a person names it; empty for a menu that is one item.' })
  item!: string;
  @ApiProperty({ description: 'The change in one line.' })
  text!: string;
  @ApiProperty({ description: 'The item is one that rosfleet put there.' })
  is_ours!: boolean;
  @ApiProperty({ type: [PropertyChangeDto] })
  properties!: PropertyChangeDto[];
}

export class LatestBackupsRequestDto {
  @ApiProperty({ type: [String], minItems: 1, maxItems: 50, items: { type: 'string', format: 'uuid' } })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(50)
  @IsUUID(undefined, { each: true })
  sites!: string[];
}

export class LatestBackupResultDto {
  @ApiProperty({ enum: ['success', 'error'] })
  status!: 'success' | 'error';
  @ApiProperty({ type: BackupDetailDto, nullable: true })
  backup!: BackupDetailDto | null;
  @ApiProperty({ type: String, nullable: true, description: 'Why there is none.' })
  message!: string | null;
}

export class LatestBackupsDto {
  @ApiProperty({
    type: 'object',
    additionalProperties: { $ref: '#/components/schemas/LatestBackupResultDto' },
    description: 'By site id.',
  })
  results!: Record<string, LatestBackupResultDto>;
  @ApiProperty({ minimum: 1, maximum: 50 })
  total_sites!: number;
  @ApiProperty({ minimum: 0 })
  successful!: number;
  @ApiProperty({ minimum: 0 })
  errors!: number;
}

/** With six decimals, as the contract shows it. */
const micros = (at: Date): string => at.toISOString().replace('Z', '000Z');

/** One literal, field by field: a list has hundreds of these. */
export function toFileDto(backup: Backup, dates: DateWriter): BackupFileDto {
  const { takenAt, size } = backup;
  return {
    filename: fileNameOf(takenAt),
    size: sizeInWords(size),
    date: dates.date(takenAt),
    time: dates.time(takenAt),
    created_at: micros(takenAt),
    confirmed_at: micros(backup.confirmedAt),
    bytes: size,
    version: backup.version,
    model: backup.model,
    serial_number: backup.serialNumber,
    software_id: backup.softwareId,
    changes: backup.changes,
  };
}

export const toDetailDto = ({ backup, text }: ReadBackup, dates: DateWriter): BackupDetailDto => ({
  ...toFileDto(backup, dates),
  content: text,
});

export const toSubnetDto = ({ subnet, address, interface: port, comment, interfaceType, vlan, dhcp, pools }: Subnet): SubnetDto => ({
  ...{ subnet, address, interface: port, comment, interface_type: interfaceType, vlan_id: vlan?.id ?? null },
  ...{ dhcp_networks: dhcp.map(({ network }) => network), pools: pools.map(({ name }) => name) },
});

export const toChangeDto = (change: ExportChange): BackupChangeDto => ({
  ...{ kind: change.kind, menu: change.menu, item: change.item, text: describeChange(change), is_ours: change.isOurs },
  properties: change.properties.map(({ name, from, to }) => ({ name, from, to })),
});

export function toLatestDto(found: ReadonlyMap<string, Latest>, dates: DateWriter): LatestBackupsDto {
  const results: Record<string, LatestBackupResultDto> = {};
  for (const [id, latest] of found)
    results[id] =
      'read' in latest
        ? { status: 'success', backup: toDetailDto(latest.read, dates), message: null }
        : { status: 'error', backup: null, message: latest.problem };
  const successful = Object.values(results).filter(({ status }) => status === 'success').length;
  return { results, total_sites: found.size, successful, errors: found.size - successful };
}
