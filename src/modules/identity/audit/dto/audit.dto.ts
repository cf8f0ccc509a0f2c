import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsDate, IsIn, IsInt, IsOptional, IsString, IsUUID, Max, MaxLength, Min } from 'class-validator';
import type { AuditEvent } from '../../../../platform/audit/index.js';
import type { UserId } from '../../../../platform/context/index.js';
import { uuidToBase62 } from '../../../../platform/crypto/index.js';

const VERBS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'EVENT'] as const;
export const AUDIT_LIMIT = 25;

export class AuditQueryDto {
  @ApiPropertyOptional({ minimum: 1, maximum: 100, default: AUDIT_LIMIT })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(100)
  limit?: number;

  @ApiPropertyOptional({ description: '`pagination.cursor` of the page before.' })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  cursor?: string;

  @ApiPropertyOptional({ type: String, format: 'date-time' })
  @IsOptional()
  @Type(() => Date)
  @IsDate()
  start_date?: Date;

  @ApiPropertyOptional({ type: String, format: 'date-time' })
  @IsOptional()
  @Type(() => Date)
  @IsDate()
  end_date?: Date;

  @ApiPropertyOptional({ enum: VERBS, description: 'EVENT for what is no request, such as a sign-in.' })
  @IsOptional()
  @IsIn(VERBS)
  http_verb?: (typeof VERBS)[number];

  @ApiPropertyOptional({ type: 'integer' })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(100)
  @Max(599)
  status_code?: number;

  @ApiPropertyOptional({ format: 'uuid' })
  @IsOptional()
  @IsUUID()
  user_id?: UserId;

  @ApiPropertyOptional({ maxLength: 200, description: 'Part of endpoint, name, address or payload.' })
  @IsOptional()
  @IsString()
  @MaxLength(200)
  search_term?: string;
}

export class AuditEventDto {
  @ApiProperty({ format: 'uuid' })
  log_id!: string;
  @ApiProperty({ type: String, nullable: true })
  organization_id!: string | null;
  @ApiProperty({ type: String, nullable: true })
  workspace_id!: string | null;
  @ApiProperty({ type: String, nullable: true, description: 'Beyond the contract.' })
  team_id!: string | null;
  @ApiProperty({ type: String, nullable: true })
  user_id!: string | null;
  @ApiProperty({ type: String, nullable: true, description: 'As it was then.' })
  name!: string | null;
  @ApiProperty({ type: String, nullable: true })
  email!: string | null;
  @ApiProperty({ type: String, nullable: true, description: 'Session, API credential or API key.' })
  session_id!: string | null;
  @ApiProperty({ description: 'user, api-token, internal or public (beyond the contract).' })
  actor!: string;
  @ApiProperty({ format: 'date-time' })
  event_time!: string;
  @ApiProperty()
  method!: string;
  @ApiProperty({ description: 'Pattern of the route, or the name of an event.' })
  endpoint!: string;
  @ApiProperty({ type: 'integer' })
  status_code!: number;
  @ApiProperty({ enum: ['success', 'client_error', 'server_error'] })
  status_code_type!: string;
  @ApiProperty()
  ip_address!: string;
  @ApiProperty()
  user_agent!: string;
  @ApiProperty({ type: String, nullable: true })
  frontend_page!: string | null;
  @ApiProperty({ type: 'object', additionalProperties: true, description: 'Path parameters, query and body, without secrets.' })
  request_payload!: unknown;
  @ApiProperty({ type: 'object', additionalProperties: true, nullable: true, description: 'Answers are not kept.' })
  response_payload!: null;
  @ApiProperty()
  request_id!: string;
  @ApiProperty({ type: 'integer', description: 'Unix time at which retention deletes the line.' })
  ttl!: number;
}

class AuditPaginationDto {
  @ApiProperty({ type: 'integer' })
  count!: number;
  @ApiProperty({ type: 'integer' })
  limit!: number;
  @ApiProperty({ type: String, nullable: true })
  cursor!: string | null;
  @ApiProperty()
  has_more!: boolean;
}

export class AuditLogsDto {
  @ApiProperty({ type: [AuditEventDto] })
  data!: AuditEventDto[];
  @ApiProperty({ type: AuditPaginationDto })
  pagination!: AuditPaginationDto;
  @ApiProperty({ type: 'object', additionalProperties: true, description: 'The filters that were applied.' })
  filters!: Record<string, unknown>;
  @ApiProperty({ type: 'object', additionalProperties: true })
  query_info!: Record<string, unknown>;
  @ApiProperty({ type: [String] })
  warnings!: string[];
  @ApiProperty({ type: 'object', additionalProperties: true })
  context!: Record<string, unknown>;
}

const DAY_SECONDS = 86_400;

export function toAuditEventDto(
  e: AuditEvent,
  home: { organizationId: string; workspaceId: string } | undefined,
  retentionDays: number,
): AuditEventDto {
  const here = e.teamId === null ? undefined : home;
  return {
    ...{ log_id: e.id, organization_id: here ? `org_${uuidToBase62(here.organizationId)}` : null },
    ...{ workspace_id: here ? `ws_${uuidToBase62(here.workspaceId)}` : null, team_id: e.teamId, user_id: e.userId },
    ...{ name: e.name, email: e.email, session_id: e.credential, actor: e.actor, event_time: e.at.toISOString() },
    ...{ method: e.method, endpoint: e.endpoint, status_code: e.status },
    status_code_type: e.status < 400 ? 'success' : e.status < 500 ? 'client_error' : 'server_error',
    ...{ ip_address: e.ip, user_agent: e.userAgent, frontend_page: e.page || null },
    ...{ request_payload: JSON.parse(e.payload) as unknown, response_payload: null, request_id: e.requestId },
    ttl: Math.floor(e.at.getTime() / 1000) + retentionDays * DAY_SECONDS,
  };
}
