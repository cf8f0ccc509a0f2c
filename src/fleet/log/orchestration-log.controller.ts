import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Answers, Ctx, RequireScope } from '../../platform/access/index.js';
import { RequestContext, type SiteId } from '../../platform/context/index.js';
import { ValidationFailed } from '../../platform/errors/index.js';
import { IdParam, PageQuery, sliceOf } from '../../platform/http/index.js';
import { SiteNotFound } from '../errors.js';
import { SiteRunDto, toSiteRunDto } from './dto/site-run.dto.js';
import { SiteRuns } from './site-runs.js';

const CAP = 50;

/** The orchestration log of one site, as portals show it. Beyond the contract, which has the search over events alone. */
@ApiTags('orchestration log')
@Controller()
export class OrchestrationLogController {
  constructor(private readonly runs: SiteRuns) {}

  @Get('sites/:site/orchestration-log')
  @RequireScope('logs:view')
  @Answers(SiteNotFound, ValidationFailed)
  @ApiOperation({
    operationId: 'listSiteRuns',
    summary: 'What was done at a site, newest first, with its steps (beyond the contract)',
    description: `A row for each job, push of a section and other event. Without paging parameters the newest ${CAP}.`,
  })
  @ApiOkResponse({ type: SiteRunDto, isArray: true })
  async list(@Ctx() ctx: RequestContext, @IdParam('site') site: SiteId, @Query() page: PageQuery): Promise<SiteRunDto[]> {
    return (await this.runs.list(ctx, site, sliceOf(page, CAP))).map(toSiteRunDto);
  }
}
