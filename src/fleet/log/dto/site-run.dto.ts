import { ApiProperty } from '@nestjs/swagger';
import { uuidToBase62 } from '../../../platform/crypto/index.js';
import type { LogStatus } from '../log-entry.js';
import type { SiteRun } from '../site-runs.js';

const STATUSES = ['Pending', 'Completed', 'Failed'];
const RAN: ReadonlySet<string> = new Set(['job.sent', 'section.pushed']);

export class SiteRunStepDto {
  @ApiProperty({ format: 'date-time' })
  at!: string;
  @ApiProperty({ example: 'job.sent' })
  type!: string;
  @ApiProperty({ enum: STATUSES })
  status!: LogStatus;
  @ApiProperty()
  message!: string;
  @ApiProperty({ type: 'object', additionalProperties: true, description: 'Ids and facts.' })
  context!: Readonly<Record<string, unknown>>;
}

export class SiteRunDto {
  @ApiProperty({ example: 'Rename the router' })
  description!: string;
  @ApiProperty({ enum: STATUSES, description: 'Completed: nothing more will come of it.' })
  status!: LogStatus;
  @ApiProperty({ description: 'A newer wish took the place of this one before it was in force.' })
  superseded!: boolean;
  @ApiProperty({ type: String, nullable: true, format: 'uuid', description: 'The job, where it is one.' })
  job_id!: string | null;
  @ApiProperty({ type: String, nullable: true, description: 'Token of the job.' })
  token!: string | null;
  @ApiProperty({ format: 'date-time' })
  created_at!: string;
  @ApiProperty({ type: String, nullable: true, format: 'date-time', description: 'When the router first got it.' })
  ran_at!: string | null;
  @ApiProperty({ type: String, nullable: true, format: 'date-time', description: 'Null while it is pending.' })
  ended_at!: string | null;
  @ApiProperty({ type: [SiteRunStepDto], description: 'Oldest first; the last hundred.' })
  steps!: SiteRunStepDto[];
}

export function toSiteRunDto({ description, status, superseded, steps }: SiteRun): SiteRunDto {
  const [first, last] = [steps[0]!, steps.at(-1)!];
  const jobId = first.run?.startsWith('job ') ? first.jobId : null;
  return {
    ...{ description, status, superseded, job_id: jobId, token: jobId && uuidToBase62(jobId) },
    created_at: first.at.toISOString(),
    ran_at: steps.find(({ type }) => RAN.has(type))?.at.toISOString() ?? null,
    ended_at: status === 'Pending' ? null : last.at.toISOString(),
    steps: steps.map(({ at, type, status, message, context }) => ({ at: at.toISOString(), type, status, message, context })),
  };
}
