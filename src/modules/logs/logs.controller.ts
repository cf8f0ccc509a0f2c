import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { Answers, Ctx, RequireScope } from '../../platform/access/index.js';
import { NotAudited } from '../../platform/audit/index.js';
import { RequestContext } from '../../platform/context/index.js';
import { ValidationFailed } from '../../platform/errors/index.js';
import { LIMIT_DEFAULT, LogEventPageDto, LogFilterDto } from './dto/log.dto.js';
import { LogGroupUnknown, LogStreamUnknown } from './errors.js';
import { LogSearch } from './log-search.js';

@ApiTags('log-events')
@Controller()
export class LogsController {
  constructor(private readonly logs: LogSearch) {}

  @Post('logs/:log_group_name')
  @HttpCode(200)
  @NotAudited('a read done with POST, and reading leaves no trace elsewhere either; searching AuditLog must not make it longer')
  @RequireScope('logs:view')
  @Answers(LogGroupUnknown, LogStreamUnknown, ValidationFailed)
  @ApiParam({ name: 'log_group_name', schema: { type: 'string', enum: ['cve-scan-log', 'sites', 'AuditLog'] } })
  @ApiOperation({
    operationId: 'filterLogEvents',
    summary: 'Filter log events of one group, oldest first',
    description:
      'A page may be shorter than `limit`, even empty, and be followed by more: a call looks at 10,000 events at most. Nothing is left when `next_token` is null; what is written later is found by a new search.',
  })
  @ApiOkResponse({ type: LogEventPageDto })
  async filter(@Ctx() ctx: RequestContext, @Param('log_group_name') group: string, @Body() body: LogFilterDto): Promise<LogEventPageDto> {
    const [from, until] = [new Date(body.start), new Date(body.end)];
    if (!(from < until)) throw new ValidationFailed({ start: ['start must lie before end'] });
    const page = await this.logs.search(ctx, group, {
      ...{ streams: body.streams, from, until, pattern: body.filter ?? '' },
      ...{ limit: body.limit ?? LIMIT_DEFAULT, token: body.next_token ?? null },
    });
    const data = page.lines.map(({ timestamp, message, type }) => ({ timestamp: timestamp.toISOString(), message, type }));
    return { data, next_token: page.token };
  }
}
