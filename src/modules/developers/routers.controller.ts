import { Controller, Get, Header, Query } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, ApiOperation, ApiTags, getSchemaPath } from '@nestjs/swagger';
import { JobDto, JobService, SiteMinimalDto, SiteService, toJobDto, UptimeService } from '../../fleet/index.js';
import { Answers, Ctx, RATE_HEADERS } from '../../platform/access/index.js';
import { Clock } from '../../platform/clock/clock.js';
import { RequestContext, type SiteId } from '../../platform/context/index.js';
import { ValidationFailed } from '../../platform/errors/index.js';
import { IdParam, PageQuery, sliceOf } from '../../platform/http/index.js';
import { FaultService } from '../faults/index.js';
import { DeveloperRoute } from './developer-route.js';
import {
  MetadataDto,
  OemDto,
  RouterFaultDto,
  RouterMetricsDto,
  toMetadataDto,
  toOemDto,
  toRouterFaultDto,
  toRouterMetricsDto,
} from './dto/router.dto.js';

const CAP = 500;
const FAULTS = 100;

/** What programs read of routers. A router here is a site of the rest of the API, under the same id. */
@ApiTags('developer-api')
@ApiExtraModels(RouterFaultDto)
@Controller()
export class RoutersController {
  constructor(
    private readonly sites: SiteService,
    private readonly jobs: JobService,
    private readonly uptime: UptimeService,
    private readonly faults: FaultService,
    private readonly clock: Clock,
  ) {}

  @Get('api/routers')
  @DeveloperRoute('site:view')
  @Answers(ValidationFailed)
  @ApiOperation({ operationId: 'listRouters', summary: "Routers of the token's team, oldest first, at most 500 a page" })
  @ApiOkResponse({ type: SiteMinimalDto, isArray: true, headers: RATE_HEADERS })
  @Header('content-type', 'application/json; charset=utf-8')
  list(@Ctx() ctx: RequestContext, @Query() page: PageQuery): Promise<string> {
    return this.sites.minimal(ctx, sliceOf(page, CAP));
  }

  @Get('api/routers/:router_id/oem')
  @DeveloperRoute('site:view')
  @ApiOperation({
    operationId: 'getRouterOem',
    summary: 'Manufacturer facts of a router',
    description: 'As heartbeats told them: each value is the last one that was told, null when none was.',
  })
  @ApiOkResponse({ type: OemDto, headers: RATE_HEADERS })
  async oem(@Ctx() ctx: RequestContext, @IdParam('router_id') siteId: SiteId): Promise<OemDto> {
    return toOemDto(await this.sites.get(ctx, siteId));
  }

  @Get(['api/routers/:router_id/metadata', 'sites/:router_id/metadata'])
  @DeveloperRoute('site:view')
  @ApiOperation({ operationId: 'getRouterMetadata', summary: 'Free-form metadata of a router' })
  @ApiOkResponse({ type: MetadataDto, headers: RATE_HEADERS })
  async metadata(@Ctx() ctx: RequestContext, @IdParam('router_id') siteId: SiteId): Promise<MetadataDto> {
    return toMetadataDto(await this.sites.get(ctx, siteId));
  }

  @Get('api/routers/:router_id/faults')
  @DeveloperRoute('fault:view')
  @ApiOperation({ operationId: 'listRouterFaults', summary: 'Last 100 faults of a router, newest first' })
  @ApiOkResponse({ schema: { type: 'array', maxItems: FAULTS, items: { $ref: getSchemaPath(RouterFaultDto) } }, headers: RATE_HEADERS })
  async faultsOf(@Ctx() ctx: RequestContext, @IdParam('router_id') siteId: SiteId): Promise<RouterFaultDto[]> {
    await this.sites.require(ctx, siteId);
    const now = this.clock.now();
    return (await this.faults.ofSite(ctx, siteId, FAULTS)).map((fault) => toRouterFaultDto(fault, siteId, now));
  }

  @Get(['api/routers/:router_id/metrics', 'sites/:router_id/metrics'])
  @DeveloperRoute('site:view')
  @ApiOperation({
    operationId: 'getRouterMetrics',
    summary: 'Uptime figures of the last 24 hours',
    description: 'Downtime begins with the first missed heartbeat. Time in which this server itself was away counts as neither.',
  })
  @ApiOkResponse({ type: RouterMetricsDto, headers: RATE_HEADERS })
  async metrics(@Ctx() ctx: RequestContext, @IdParam('router_id') siteId: SiteId): Promise<RouterMetricsDto> {
    return toRouterMetricsDto(await this.uptime.rollingDay(ctx, siteId));
  }

  @Get('api/routers/:router_id/jobs')
  @DeveloperRoute('job:view')
  @Answers(ValidationFailed)
  @ApiOperation({
    operationId: 'listRouterJobs',
    summary: 'Jobs of a router, newest first',
    description: `Without paging parameters the newest ${CAP}.`,
  })
  @ApiOkResponse({ type: JobDto, isArray: true, headers: RATE_HEADERS })
  async jobsOf(@Ctx() ctx: RequestContext, @IdParam('router_id') siteId: SiteId, @Query() page: PageQuery): Promise<JobDto[]> {
    return (await this.jobs.list(ctx, siteId, sliceOf(page, CAP))).map(toJobDto);
  }
}
