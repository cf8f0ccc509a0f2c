import { Body, Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Answers, Ctx, InternalOnly } from '../../platform/access/index.js';
import { Clock } from '../../platform/clock/clock.js';
import { RequestContext, type SiteId, type TeamId } from '../../platform/context/index.js';
import { NotFound, ScopeMissing, ValidationFailed } from '../../platform/errors/index.js';
import { IdParam } from '../../platform/http/index.js';
import { TeamDirectory } from '../ports/team-directory.js';
import { SiteCountDto, SiteManualCreateDto } from './dto/site-input.dto.js';
import { SiteDto, toSiteDto } from './dto/site.dto.js';
import { SiteService } from './site.service.js';
import { SitesAcrossTeams } from './sites-across-teams.js';

const ALL: { limit: number; offset: number } = { limit: 100_000, offset: 0 };
const uuidList = { schema: { type: 'array' as const, items: { type: 'string' as const, format: 'uuid' } } };

/** What other services ask about sites. A customer is a team. */
@ApiTags('internal')
@Controller('site')
export class SitesInternalController {
  constructor(
    private readonly sites: SiteService,
    private readonly across: SitesAcrossTeams,
    private readonly teams: TeamDirectory,
    private readonly clock: Clock,
  ) {}

  @Get('internal/online')
  @InternalOnly()
  @ApiOperation({ operationId: 'listOnlineSiteIdsInternal', summary: 'UUIDs of all sites that are online' })
  @ApiOkResponse(uuidList)
  online(@Ctx() ctx: RequestContext): Promise<SiteId[]> {
    return this.across.onlineIds(ctx);
  }

  @Get('internal/lite/:customer_id')
  @InternalOnly()
  @Answers(NotFound)
  @ApiOperation({ operationId: 'listCustomerSiteIdsInternal', summary: 'Site UUIDs of one customer' })
  @ApiOkResponse(uuidList)
  lite(@Ctx() ctx: RequestContext, @IdParam('customer_id') teamId: TeamId): Promise<SiteId[]> {
    return this.across.idsOf(ctx, teamId);
  }

  @Get('internal/:customer_id')
  @InternalOnly()
  @Answers(NotFound)
  @ApiOperation({ operationId: 'listCustomerSitesInternal', summary: 'Sites of one customer' })
  @ApiOkResponse({ type: SiteDto, isArray: true })
  async ofCustomer(@Ctx() ctx: RequestContext, @IdParam('customer_id') teamId: TeamId): Promise<SiteDto[]> {
    const now = this.clock.now();
    return (await this.sites.list(ctx.forTeam(teamId), ALL)).map((site) => toSiteDto(site, now));
  }

  @Post('internal-count')
  @HttpCode(200)
  @InternalOnly()
  @Answers(ValidationFailed)
  @ApiOperation({ operationId: 'countSitesInternal', summary: 'Number of sites per customer; customers without sites count 0' })
  @ApiOkResponse({ schema: { type: 'object', additionalProperties: { type: 'integer', minimum: 0 } } })
  count(@Ctx() ctx: RequestContext, @Body() { customer_ids }: SiteCountDto): Promise<Record<string, number>> {
    return this.across.counts(ctx, customer_ids as TeamId[]);
  }

  @Post('manual/create')
  @InternalOnly()
  @Answers(ValidationFailed, ScopeMissing)
  @ApiOperation({ operationId: 'createSiteManually', summary: 'Create a site record without adoption' })
  @ApiCreatedResponse({ type: SiteDto })
  async create(@Ctx() ctx: RequestContext, @Body() body: SiteManualCreateDto): Promise<SiteDto> {
    const teamId = body.customer_id.toLowerCase() as TeamId;
    if (!(await this.teams.exists(ctx, teamId))) throw new ValidationFailed({ customer_id: ['customer_id is no team of this server'] });
    const { name, address, location, timezone, serial_number: serialNumber, software_id: softwareId } = body;
    const site = await this.sites.create(ctx.forTeam(teamId), { name, address, location, timezone, serialNumber, softwareId });
    return toSiteDto(site, this.clock.now());
  }
}
