import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Settings } from '../../../config/index.js';
import { Answers, Ctx, RequireScope } from '../../../platform/access/index.js';
import { RequestContext } from '../../../platform/context/index.js';
import { ValidationFailed } from '../../../platform/errors/index.js';
import { AuditLog } from './audit-log.js';
import { AUDIT_LIMIT, AuditLogsDto, AuditQueryDto, toAuditEventDto } from './dto/audit.dto.js';

/** The catalogue of the contract has no scope for the log; whoever may change the team may read what was done in it. */
@ApiTags('audit-logs')
@Controller()
export class AuditController {
  constructor(
    private readonly log: AuditLog,
    private readonly settings: Settings,
  ) {}

  @Get('audit-logs')
  @RequireScope('team:update')
  @Answers(ValidationFailed)
  @ApiOperation({
    operationId: 'listAuditLogs',
    summary: 'Who did what in the team, newest first (beyond the core contract)',
    description: 'Every request that changes something, refused ones too, and sign-ins. Paged by cursor: new lines shift nothing.',
  })
  @ApiOkResponse({ type: AuditLogsDto })
  async list(@Ctx() ctx: RequestContext, @Query() query: AuditQueryDto): Promise<AuditLogsDto> {
    const { limit = AUDIT_LIMIT, cursor, ...filters } = query;
    const page = await this.log.read(ctx, {
      ...{ limit, cursor, from: filters.start_date, until: filters.end_date, method: filters.http_verb },
      ...{ status: filters.status_code, userId: filters.user_id, search: filters.search_term },
    });
    const home = await this.log.homeOf(ctx);
    const data = page.events.map((event) => toAuditEventDto(event, home, this.settings.AUDIT_RETENTION_DAYS));
    return {
      data,
      pagination: { count: data.length, limit, cursor: page.cursor, has_more: page.cursor !== null },
      filters: { ...filters },
      query_info: { order: 'event_time desc', retention_days: this.settings.AUDIT_RETENTION_DAYS },
      warnings: [],
      context: { team_id: ctx.requireTeam() },
    };
  }
}
