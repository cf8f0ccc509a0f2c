import { Body, Controller, Delete, Get, Header, Headers, HttpCode, Patch, Post, Put, Query } from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiExtraModels,
  ApiHeader,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  getSchemaPath,
} from '@nestjs/swagger';
import { Answers, Ctx, RequireScope } from '../../platform/access/index.js';
import { Clock } from '../../platform/clock/clock.js';
import { RequestContext, type SiteId } from '../../platform/context/index.js';
import { InternalError, ValidationFailed } from '../../platform/errors/index.js';
import { IdParam, PageQuery, sliceOf } from '../../platform/http/index.js';
import { SiteBeingDeleted, SiteNotFound } from '../errors.js';
import { RecentSiteDto, SiteDto, SiteMinimalDto, SiteVersionDto, toRecentSiteDto, toSiteDto, toSiteVersionDto } from './dto/site.dto.js';
import { SiteCreateDto, SiteUpdateDto } from './dto/site-input.dto.js';
import { SiteService } from './site.service.js';

/** Without a wish for pages, lists of sites end here. */
const CAP = 5000;

@ApiTags('sites')
@ApiExtraModels(RecentSiteDto)
@Controller()
export class SitesController {
  constructor(
    private readonly sites: SiteService,
    private readonly clock: Clock,
  ) {}

  @Get(['site', 'sites'])
  @RequireScope('site:view')
  @Answers(ValidationFailed)
  @ApiOperation({
    operationId: 'listSites',
    summary: "All sites of the user's team, oldest first",
    description: `Without paging parameters up to ${CAP} sites.`,
  })
  @ApiOkResponse({ type: SiteDto, isArray: true })
  async list(@Ctx() ctx: RequestContext, @Query() page: PageQuery): Promise<SiteDto[]> {
    const now = this.clock.now();
    return (await this.sites.list(ctx, sliceOf(page, CAP))).map((site) => toSiteDto(site, now));
  }

  @Get('site-minimal')
  @RequireScope('site:view')
  @Answers(ValidationFailed)
  @ApiOperation({
    operationId: 'listSitesMinimal',
    summary: 'Short site list for pickers',
    description: `Without paging parameters up to ${CAP} sites.`,
  })
  @ApiOkResponse({ type: SiteMinimalDto, isArray: true })
  @Header('content-type', 'application/json; charset=utf-8')
  minimal(@Ctx() ctx: RequestContext, @Query() page: PageQuery): Promise<string> {
    return this.sites.minimal(ctx, sliceOf(page, CAP));
  }

  @Get(['site/recent', 'sites/recent'])
  @RequireScope('site:view')
  @ApiOperation({ operationId: 'listRecentSites', summary: "The user's five most recently opened sites" })
  @ApiOkResponse({ schema: { type: 'array', maxItems: 5, items: { $ref: getSchemaPath(RecentSiteDto) } } })
  async recent(@Ctx() ctx: RequestContext): Promise<RecentSiteDto[]> {
    const now = this.clock.now();
    return (await this.sites.recent(ctx)).map((site) => toRecentSiteDto(site, now));
  }

  @Post(['site', 'sites'])
  @RequireScope('site:update')
  @Answers(ValidationFailed)
  @ApiOperation({ operationId: 'createSite', summary: 'Create a site that waits for its router (beyond the contract)' })
  @ApiCreatedResponse({ type: SiteDto })
  async create(@Ctx() ctx: RequestContext, @Body() wish: SiteCreateDto): Promise<SiteDto> {
    return toSiteDto(await this.sites.create(ctx, wish), this.clock.now());
  }

  @Get(['site/:site', 'sites/:site'])
  @RequireScope('site:view')
  @Answers(SiteNotFound)
  @ApiOperation({ operationId: 'getSite', summary: 'One site in full', description: "Notes the visit for the caller's recent sites." })
  @ApiOkResponse({ type: SiteDto })
  async get(@Ctx() ctx: RequestContext, @IdParam('site') id: SiteId): Promise<SiteDto> {
    return toSiteDto(await this.sites.open(ctx, id), this.clock.now());
  }

  @Put(['site/:site', 'sites/:site'])
  @RequireScope('site:update')
  @Answers(SiteNotFound, SiteBeingDeleted, ValidationFailed)
  @ApiOperation({
    operationId: 'updateSite',
    summary: "Change a site's name, address, location or timezone",
    description: 'Changes the fields that are sent and no others.',
  })
  @ApiOkResponse({ type: SiteDto })
  async replace(@Ctx() ctx: RequestContext, @IdParam('site') id: SiteId, @Body() change: SiteUpdateDto): Promise<SiteDto> {
    return toSiteDto(await this.sites.change(ctx, id, change), this.clock.now());
  }

  @Patch(['site/:site', 'sites/:site'])
  @RequireScope('site:update')
  @Answers(SiteNotFound, SiteBeingDeleted, ValidationFailed)
  @ApiOperation({ operationId: 'patchSite', summary: "Change a site's name, address, location or timezone" })
  @ApiOkResponse({ type: SiteDto })
  change(@Ctx() ctx: RequestContext, @IdParam('site') id: SiteId, @Body() change: SiteUpdateDto): Promise<SiteDto> {
    return this.replace(ctx, id, change);
  }

  @Delete(['site/:site', 'sites/:site'])
  @HttpCode(204)
  @RequireScope('site:delete')
  @Answers(SiteNotFound, InternalError)
  @ApiHeader({
    name: 'X-Force-Delete',
    required: false,
    schema: { type: 'string', enum: ['true'] },
    description: 'Delete the record at once, without waiting for the router.',
  })
  @ApiOperation({
    operationId: 'deleteSite',
    summary: 'Start the deletion of a site',
    description: 'The router removes what is ours at its next poll; then, or when the grace period ends, the record goes.',
  })
  @ApiNoContentResponse({ description: 'Deletion scheduled' })
  remove(@Ctx() ctx: RequestContext, @IdParam('site') id: SiteId, @Headers() headers: Record<string, string>): Promise<void> {
    return this.sites.remove(ctx, id, { force: headers['x-force-delete'] === 'true' });
  }

  @Get('site-version/:site')
  @RequireScope('site:view')
  @Answers(SiteNotFound)
  @ApiOperation({ operationId: 'getSiteVersion', summary: 'Software version of a site' })
  @ApiOkResponse({ type: SiteVersionDto })
  async version(@Ctx() ctx: RequestContext, @IdParam('site') id: SiteId): Promise<SiteVersionDto> {
    return toSiteVersionDto(await this.sites.get(ctx, id));
  }
}
