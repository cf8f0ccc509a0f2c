import { Body, Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { SiteBeingDeleted, SiteNotFound, SiteService } from '../../../fleet/index.js';
import { Answers, Ctx, InternalOnly, RequireScope } from '../../../platform/access/index.js';
import { isUuid, RequestContext, type SiteId, type TeamId } from '../../../platform/context/index.js';
import { base62ToUuid } from '../../../platform/crypto/index.js';
import { NotFound, ValidationFailed } from '../../../platform/errors/index.js';
import { IdParam } from '../../../platform/http/index.js';
import { SiteOfAnotherCustomer, TunnelUserUnknown } from '../errors.js';
import {
  ManagementIpsDto,
  ManagementServerDto,
  RegisteredSiteDto,
  SiteCheckinDto,
  SiteIdEntryDto,
  SiteRegistrationDto,
  toRegisteredSiteDto,
  TunnelMessageDto,
} from './dto/tunnel.dto.js';
import { SiteRegistration } from './site-registration.js';
import { SiteTunnelsAcrossTeams } from './site-tunnels.repository.js';
import { TunnelPresence } from './tunnel-presence.js';
import { TunnelService } from './tunnel.service.js';

/** Which management server holds the tunnel of a site, and what other services ask and tell about tunnels. */
@ApiTags('sites')
@Controller('control-plane')
export class TunnelsController {
  constructor(
    private readonly service: TunnelService,
    private readonly presence: TunnelPresence,
    private readonly registration: SiteRegistration,
    private readonly tunnels: SiteTunnelsAcrossTeams,
    private readonly sites: SiteService,
  ) {}

  @Post('site-checkin')
  @HttpCode(200)
  @InternalOnly()
  @Answers(TunnelUserUnknown, ValidationFailed)
  @ApiTags('checkin')
  @ApiOperation({
    operationId: 'checkinSiteServer',
    summary: 'A management server says that the tunnel of a site landed on it, and repeats it while it is there',
    description: 'Repeat it at least every five minutes; a server that is silent for longer holds nothing any more.',
  })
  @ApiOkResponse({ type: TunnelMessageDto })
  async checkIn(@Ctx() ctx: RequestContext, @Body() { username, server_id }: SiteCheckinDto): Promise<TunnelMessageDto> {
    const tunnelId = isUuid(username) ? username.toLowerCase() : base62ToUuid(username);
    if (tunnelId === undefined) throw new TunnelUserUnknown();
    await this.presence.checkIn(ctx, tunnelId, server_id);
    return { message: `The tunnel is held by ${server_id}.` };
  }

  @Post('internal/management-ips')
  @HttpCode(200)
  @InternalOnly()
  @Answers(ValidationFailed)
  @ApiTags('internal')
  @ApiOperation({ operationId: 'internalManagementIps', summary: 'Tunnel addresses of sites; null for one that has none' })
  @ApiOkResponse({ schema: { type: 'object', additionalProperties: { type: 'string', format: 'ipv4', nullable: true } } })
  async addresses(@Ctx() ctx: RequestContext, @Body() { site_ids }: ManagementIpsDto): Promise<Record<string, string | null>> {
    const ids = site_ids.map((id) => id.toLowerCase() as SiteId);
    const known = await this.tunnels.addresses(ctx, ids);
    return Object.fromEntries(ids.map((id) => [id, known.get(id) ?? null]));
  }

  @Get('site_ids')
  @InternalOnly()
  @ApiOperation({ operationId: 'listAllSiteIds', summary: 'Every site with its tunnel address' })
  @ApiOkResponse({ type: SiteIdEntryDto, isArray: true })
  async all(@Ctx() ctx: RequestContext): Promise<SiteIdEntryDto[]> {
    return this.entries(ctx, await this.sites.livingIds(ctx));
  }

  @Get('site_ids/:customerid')
  @InternalOnly()
  @Answers(NotFound)
  @ApiOperation({
    operationId: 'listCustomerSiteIds',
    summary: 'Sites of one customer with their tunnel addresses; none for an unknown one',
  })
  @ApiOkResponse({ type: SiteIdEntryDto, isArray: true })
  async ofCustomer(@Ctx() ctx: RequestContext, @IdParam('customerid') teamId: TeamId): Promise<SiteIdEntryDto[]> {
    return this.entries(ctx, await this.sites.livingIds(ctx, teamId));
  }

  @Post('site/create')
  @InternalOnly()
  @Answers(ValidationFailed, SiteOfAnotherCustomer, SiteBeingDeleted)
  @ApiOperation({
    operationId: 'createCpfSite',
    summary: 'Register a site with the control plane; repeating it is harmless',
    description: 'A site that is there is taken as it is. One that is not gets a record under the given id, which waits for its router.',
  })
  @ApiCreatedResponse({ type: RegisteredSiteDto })
  create(@Ctx() ctx: RequestContext, @Body() body: SiteRegistrationDto): Promise<RegisteredSiteDto> {
    return this.register(ctx, body, false);
  }

  @Post('site/create-for-migration')
  @InternalOnly()
  @Answers(ValidationFailed, SiteOfAnotherCustomer, SiteBeingDeleted)
  @ApiOperation({
    operationId: 'createCpfSiteForMigration',
    summary: 'Register a site that comes from another installation, and set up its tunnel, credentials and policy',
  })
  @ApiCreatedResponse({ type: RegisteredSiteDto })
  createForMigration(@Ctx() ctx: RequestContext, @Body() body: SiteRegistrationDto): Promise<RegisteredSiteDto> {
    return this.register(ctx, body, true);
  }

  @Get(':site/management-server')
  @RequireScope('site:view')
  @Answers(SiteNotFound)
  @ApiOperation({ operationId: 'getManagementServer', summary: 'The management server that holds the tunnel of a site' })
  @ApiOkResponse({ type: ManagementServerDto })
  async server(@Ctx() ctx: RequestContext, @IdParam('site') siteId: SiteId): Promise<ManagementServerDto> {
    await this.sites.require(ctx, siteId);
    return { server: await this.service.serverOf(ctx, siteId) };
  }

  private async entries(ctx: RequestContext, ids: readonly SiteId[]): Promise<SiteIdEntryDto[]> {
    const known = await this.tunnels.addresses(ctx, ids);
    return ids.map((id) => ({ id, tunnel_ip: known.get(id) ?? null }));
  }

  private async register(ctx: RequestContext, body: SiteRegistrationDto, migrated: boolean): Promise<RegisteredSiteDto> {
    const registered = await this.registration.register(ctx, {
      ...{ id: body.id.toLowerCase() as SiteId, teamId: body.customer_id.toLowerCase() as TeamId, migrated },
      ...{ policyId: body.policy_id?.toLowerCase() ?? null, name: body.name ?? null },
    });
    return toRegisteredSiteDto(registered);
  }
}
