import { ApiProperty } from '@nestjs/swagger';
import type { Lockout } from '../../../routeros/lockout/index.js';
import type { Change } from '../../../routeros/sections/index.js';
import type { SectionPreview, SectionReport } from '../section.service.js';
import { type SectionStatus, statusOf } from '../section-state.js';

const time = (description: string): PropertyDecorator => ApiProperty({ type: String, format: 'date-time', nullable: true, description });

export class SectionDto {
  @ApiProperty({ example: 'policy' })
  name!: string;
  @ApiProperty()
  title!: string;
  @ApiProperty({
    enum: ['pending', 'syncing', 'applied', 'failed'],
    description: 'pending: waits for the next poll; syncing: on its way or on trial; failed: undone or refused, and tried again later.',
  })
  status!: SectionStatus;
  @ApiProperty({ type: 'integer', description: 'Number of the newest wish.' })
  wanted!: number;
  @ApiProperty({ type: 'integer', description: 'Number of the wish in force; the router said so.' })
  applied!: number;
  @ApiProperty({ type: String, nullable: true, description: 'Why the last try failed.' })
  last_error!: string | null;
  @ApiProperty({ type: 'integer', description: 'Failures since the last success or newer wish.' })
  attempts!: number;
  @time('When the next poll has something to do.')
  next_try_at!: string | null;
  @time('Newest wish.')
  wanted_at!: string | null;
  @time('Last push.')
  sent_at!: string | null;
  @time('When the wish in force came into force.')
  applied_at!: string | null;
  @time('When the router was last asked whether somebody changed our items.')
  checked_at!: string | null;
  @time('When somebody was last found to have changed them; they were written anew.')
  drifted_at!: string | null;
}

export class SectionChangeDto {
  @ApiProperty({ enum: ['add', 'change', 'remove'] })
  action!: Change['action'];
  @ApiProperty({ example: '/ip/firewall/filter' })
  menu!: string;
  @ApiProperty({ description: "The item's name in its section, or the properties that find an item of others." })
  item!: string;
  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    nullable: true,
    description: 'Properties by RouterOS name; secrets are stars.',
  })
  before!: Record<string, unknown> | null;
  @ApiProperty({ type: 'object', additionalProperties: true, nullable: true })
  after!: Record<string, unknown> | null;
}

export class LockoutDto {
  @ApiProperty({
    enum: ['management', 'polling', 'services'],
    description: "management: our logins through the tunnel; polling: the router's own requests to us; services: people's logins.",
  })
  cut!: Lockout['cut'];
  @ApiProperty({ description: "What would cut it: an item's name in its section, its comment, or the properties that find it." })
  item!: string;
  @ApiProperty()
  why!: string;
}

export class SectionPreviewDto {
  @ApiProperty({ type: SectionChangeDto, isArray: true })
  changes!: SectionChangeDto[];
  @ApiProperty({ description: 'The router would undo the change by itself unless the server reaches it afterwards.' })
  trial!: boolean;
  @ApiProperty({ description: 'What is in force is not known, so that everything would be written anew.' })
  anew!: boolean;
  @ApiProperty({
    type: LockoutDto,
    isArray: true,
    nullable: true,
    description: "What the change would cut that is open now, by the router's configuration; null when that is not known.",
  })
  lockout!: LockoutDto[] | null;
}

const iso = (date: Date | null | undefined): string | null => date?.toISOString() ?? null;

export const toSectionDto = ({ definition, row }: SectionReport): SectionDto => ({
  name: definition.name,
  title: definition.title,
  status: row ? statusOf(row) : 'pending',
  wanted: row?.wanted ?? 0,
  applied: row?.applied ?? 0,
  last_error: row?.lastError ?? null,
  attempts: row?.attempts ?? 0,
  next_try_at: iso(row?.dueAt),
  wanted_at: iso(row?.wantedAt),
  sent_at: iso(row?.sentAt),
  applied_at: iso(row?.appliedAt),
  checked_at: iso(row?.checkedAt),
  drifted_at: iso(row?.driftedAt),
});

export const toSectionPreviewDto = ({ changes, trial, anew, lockout }: SectionPreview): SectionPreviewDto => ({
  ...{ changes: changes.map((change) => ({ ...change })), trial, anew, lockout: lockout && lockout.map((one) => ({ ...one })) },
});
