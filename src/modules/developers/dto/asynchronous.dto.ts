import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsOptional, IsString, Matches, MaxLength, MinLength } from 'class-validator';
import type { AsynchronousRequest } from '../asynchronous-request.entity.js';
import type { NoticeOfRequest } from '../asynchronous.service.js';

const WITHOUT_NUL = /^[^\0]*$/;

export class AsyncRequestDto {
  @ApiProperty({ maxLength: 100, description: 'Title in the orchestration log.' })
  @IsString()
  @MinLength(1)
  @MaxLength(100)
  @Matches(WITHOUT_NUL, { message: 'description must not contain NUL characters' })
  description!: string;

  @ApiProperty({ maxLength: 2000, description: 'RouterOS script.' })
  @IsString()
  @MinLength(1)
  @MaxLength(2000)
  @Matches(WITHOUT_NUL, { message: 'script must not contain NUL characters' })
  script!: string;

  @ApiPropertyOptional({ default: false, description: 'Take a backup before the script.' })
  @IsOptional()
  @IsBoolean()
  make_backup?: boolean;

  @ApiPropertyOptional({ default: false, description: 'Ask the router to poll at once, over the management tunnel when there is one.' })
  @IsOptional()
  @IsBoolean()
  express_execute?: boolean;

  @ApiPropertyOptional({ default: false, description: 'False completes the job at download.' })
  @IsOptional()
  @IsBoolean()
  needs_acknowledgement?: boolean;

  @ApiPropertyOptional({
    ...{ type: String, format: 'uri', nullable: true },
    description: 'Gets a signed POST when the job is busy, done or has failed; see docs/webhooks.md. https, public, without a user name.',
  })
  @IsOptional()
  @IsString()
  notify_url?: string | null;
}

class AsyncAcceptedDataDto {
  @ApiProperty({ format: 'uuid', description: 'Of the job: GET /api/routers/{router_id}/jobs names it.' })
  idempotency_key!: string;
  @ApiProperty({ format: 'uuid' })
  request_id!: string;
  @ApiProperty({ format: 'uuid', description: 'Router id' })
  target!: string;
  @ApiProperty({ type: String, format: 'uri', nullable: true })
  notify_url!: string | null;
  @ApiProperty({ format: 'date-time' })
  date!: string;
}

export class AsyncAcceptedDto {
  @ApiProperty({ example: 'success' })
  status!: string;
  @ApiProperty()
  data!: AsyncAcceptedDataDto;
}

export const toAsyncAcceptedDto = (request: AsynchronousRequest): AsyncAcceptedDto => ({
  status: 'success',
  data: {
    ...{ idempotency_key: request.idempotencyKey, request_id: request.id, target: request.siteId },
    ...{ notify_url: request.notifyUrl, date: request.acceptedAt.toISOString() },
  },
});

export class JobStatusNoticeDto {
  @ApiProperty({ format: 'uuid' })
  idempotency_key!: string;
  @ApiPropertyOptional({ format: 'uuid' })
  request_id?: string;
  @ApiProperty({ format: 'uuid', description: 'Router id' })
  target!: string;
  @ApiProperty({ enum: ['busy', 'done', 'fail'] })
  status!: 'busy' | 'done' | 'fail';
  @ApiProperty({ format: 'date-time' })
  date!: string;
}

export class NoticeDeliveryDto {
  @ApiProperty({ format: 'uuid', description: 'The `webhook-id` that the receiver sees.' })
  id!: string;
  @ApiProperty({ format: 'uri' })
  url!: string;
  @ApiProperty()
  notice!: JobStatusNoticeDto;
  @ApiProperty({ enum: ['waiting', 'delivered', 'given-up'] })
  state!: string;
  @ApiProperty({ type: 'integer' })
  attempts!: number;
  @ApiProperty({ type: 'integer', nullable: true, description: 'HTTP status of the last attempt.' })
  last_status!: number | null;
  @ApiProperty({ type: String, nullable: true, description: 'Why the last attempt failed.' })
  last_error!: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  next_attempt_at!: string | null;
  @ApiProperty({ format: 'date-time' })
  created_at!: string;
}

export const toNoticeDeliveryDto = ({ delivery }: NoticeOfRequest): NoticeDeliveryDto => ({
  ...{ id: delivery.id, url: delivery.url, notice: JSON.parse(delivery.body) as JobStatusNoticeDto, state: delivery.state },
  ...{ attempts: delivery.attempts, last_status: delivery.lastStatus, last_error: delivery.lastError },
  next_attempt_at: delivery.state === 'waiting' ? delivery.nextAttemptAt.toISOString() : null,
  created_at: delivery.createdAt.toISOString(),
});

export class WebhookSecretDto {
  @ApiProperty({ example: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', description: 'whsec_ and the base64 of the key.' })
  secret!: string;
  @ApiProperty({ format: 'date-time' })
  created_at!: string;
  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'Until then the secret before signs too.' })
  previous_valid_until!: string | null;
}
