import { ApiProperty } from '@nestjs/swagger';
import { uuidToBase62 } from '../../../platform/crypto/index.js';
import type { Job } from '../job.entity.js';

const time = (): PropertyDecorator => ApiProperty({ type: String, format: 'date-time', nullable: true });

/** The gen1 example of `log_url` spans half an hour; a job that ends later is shown to its end. */
const LOG_SPAN_MS = 30 * 60_000;
/** The step of the end is dated a moment after the end itself. */
const LOG_MARGIN_MS = 60_000;

export class JobDto {
  @ApiProperty({ format: 'uuid' })
  id!: string;
  @ApiProperty({ description: 'Base62 of the id; appears in log lines of the router.' })
  token!: string;
  @ApiProperty({ format: 'uuid' })
  site_id!: string;
  @ApiProperty()
  idempotency_key!: string;
  @ApiProperty()
  description!: string;
  @ApiProperty({ enum: ['pending', 'sent', 'busy', 'done', 'failed'], description: 'Beyond the contract: the state in one word.' })
  state!: Job['state'];
  @ApiProperty()
  express_execute!: boolean;
  @ApiProperty()
  needs_acknowledgement!: boolean;
  @ApiProperty()
  should_backup!: boolean;
  @ApiProperty({ type: String, nullable: true })
  associated_backup!: string | null;
  @time()
  started_at!: string | null;
  @time()
  completed_at!: string | null;
  @time()
  failed_at!: string | null;
  @ApiProperty({ type: String, nullable: true, description: 'Beyond the contract: what the router said, or why we gave up.' })
  failure_reason!: string | null;
  @time()
  created_at!: string | null;
  @ApiProperty({ description: 'Relative link into the log.' })
  log_url!: string;
  @ApiProperty({ description: 'Payload as submitted, without the wrapper; empty for one of ours that holds secrets.' })
  script!: string;
}

export function toJobDto(job: Job): JobDto {
  const token = uuidToBase62(job.id);
  const start = job.createdAt.getTime();
  const newest = (job.completedAt ?? job.failedAt ?? job.startedAt ?? job.sentAt ?? job.createdAt).getTime();
  const end = Math.max(start + LOG_SPAN_MS, newest + LOG_MARGIN_MS);
  return {
    id: job.id,
    token,
    site_id: job.siteId,
    idempotency_key: job.idempotencyKey,
    description: job.description,
    state: job.state,
    express_execute: job.expressExecute,
    needs_acknowledgement: job.needsAcknowledgement,
    should_backup: job.shouldBackup,
    associated_backup: job.associatedBackup,
    started_at: job.startedAt?.toISOString() ?? null,
    completed_at: job.completedAt?.toISOString() ?? null,
    failed_at: job.failedAt?.toISOString() ?? null,
    failure_reason: job.failureReason,
    created_at: job.createdAt.toISOString(),
    log_url: `logs?group=sites&streams=${job.siteId}&start=${start}&end=${end}&filter={$.message=*${token}*}&limit=10`,
    script: job.sealed ? '' : job.script,
  };
}
