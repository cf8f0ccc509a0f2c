import { Body, Controller, Get, Header, HttpCode, Param, Post } from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiOperation, ApiParam, ApiQuery, ApiTags } from '@nestjs/swagger';
import { Answers, Ctx, RequireScope, SignedUrl } from '../../platform/access/index.js';
import { isUuid, type JobId, RequestContext, type SiteId } from '../../platform/context/index.js';
import { PayloadTooLarge, UnsupportedMediaType } from '../../platform/errors/index.js';
import { IdParam, Takes } from '../../platform/http/index.js';
import { JobNotFound, SectionNotFound, SiteBeingDeleted, SiteNotFound } from '../errors.js';
import { SectionDto, SectionPreviewDto, toSectionDto, toSectionPreviewDto } from './dto/section.dto.js';
import { SectionReports } from './section-reports.js';
import { SectionService } from './section.service.js';

const FINGERPRINT_BYTES = 65_536;
const ITEM = 'sites/:site/sections/:section';
const SectionName = (): MethodDecorator => ApiParam({ name: 'section', schema: { type: 'string', example: 'policy' } });

/** Parts of a router's configuration that this server owns. Beyond the contract. */
@ApiTags('sections')
@Controller()
export class SectionsController {
  constructor(private readonly sections: SectionService) {}

  @Get('sites/:site/sections')
  @RequireScope('site:view')
  @Answers(SiteNotFound)
  @ApiOperation({
    operationId: 'listSiteSections',
    summary: 'Where the configuration sections of a site stand (beyond the contract); at most 50',
  })
  @ApiOkResponse({ type: SectionDto, isArray: true })
  async list(@Ctx() ctx: RequestContext, @IdParam('site') site: SiteId): Promise<SectionDto[]> {
    return (await this.sections.list(ctx, site)).map(toSectionDto);
  }

  @Get(ITEM)
  @RequireScope('site:view')
  @SectionName()
  @Answers(SiteNotFound, SectionNotFound)
  @ApiOperation({ operationId: 'getSiteSection', summary: 'Where one section of a site stands (beyond the contract)' })
  @ApiOkResponse({ type: SectionDto })
  async get(@Ctx() ctx: RequestContext, @IdParam('site') site: SiteId, @Param('section') section: string): Promise<SectionDto> {
    return toSectionDto(await this.sections.get(ctx, site, section));
  }

  @Get(`${ITEM}/preview`)
  @RequireScope('site:view')
  @SectionName()
  @Answers(SiteNotFound, SectionNotFound)
  @ApiOperation({ operationId: 'previewSiteSection', summary: 'What the next push would add, change and remove (beyond the contract)' })
  @ApiOkResponse({ type: SectionPreviewDto })
  async preview(@Ctx() ctx: RequestContext, @IdParam('site') site: SiteId, @Param('section') section: string): Promise<SectionPreviewDto> {
    return toSectionPreviewDto(await this.sections.preview(ctx, site, section));
  }

  @Get(`${ITEM}/render`)
  @RequireScope('site:view')
  @SectionName()
  @Answers(SiteNotFound, SectionNotFound)
  @Header('content-type', 'text/plain; charset=utf-8')
  @ApiOperation({
    operationId: 'renderSiteSection',
    summary: 'The script that the next push would send, secrets as stars (beyond the contract)',
  })
  @ApiOkResponse({ content: { 'text/plain': { schema: { type: 'string' } } } })
  render(@Ctx() ctx: RequestContext, @IdParam('site') site: SiteId, @Param('section') section: string): Promise<string> {
    return this.sections.render(ctx, site, section);
  }

  @Post(`${ITEM}/push`)
  @HttpCode(200)
  @RequireScope('site:action')
  @SectionName()
  @Answers(SiteNotFound, SiteBeingDeleted, SectionNotFound)
  @ApiOperation({
    operationId: 'pushSiteSection',
    summary: 'Send a section at the next poll, also one that failed and waits (beyond the contract)',
  })
  @ApiOkResponse({ type: SectionDto })
  async push(@Ctx() ctx: RequestContext, @IdParam('site') site: SiteId, @Param('section') section: string): Promise<SectionDto> {
    return toSectionDto(await this.sections.push(ctx, site, section));
  }
}

/** Where routers say what they hold. */
@ApiTags('sections')
@Controller()
export class SectionReportsController {
  constructor(private readonly reports: SectionReports) {}

  @Post('job/:job/inventory')
  @HttpCode(200)
  @SignedUrl()
  @Takes('text/plain', FINGERPRINT_BYTES)
  @Answers(JobNotFound, PayloadTooLarge, UnsupportedMediaType)
  @ApiQuery({ name: 'signature', required: true, schema: { type: 'string' } })
  @ApiQuery({ name: 'expires', required: false, schema: { type: 'integer' } })
  @Header('content-type', 'text/plain; charset=utf-8')
  @ApiBody({ required: true, schema: { type: 'string' }, description: 'Fingerprint of a section.' })
  @ApiOperation({ operationId: 'reportSectionInventory', summary: 'Router reports the fingerprint of a section (beyond the contract)' })
  @ApiOkResponse({ content: { 'text/plain': { schema: { type: 'string' } } } })
  async inventory(@Param('job') job: string, @Body() fingerprint: unknown): Promise<string> {
    if (!isUuid(job)) throw new JobNotFound();
    await this.reports.inventory(job as JobId, typeof fingerprint === 'string' ? fingerprint : '');
    return 'ok';
  }
}
