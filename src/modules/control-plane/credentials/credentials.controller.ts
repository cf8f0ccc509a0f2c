import { Controller, Get, Post } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { SiteBeingDeleted, SiteNotFound } from '../../../fleet/index.js';
import { Answers, Ctx, InternalOnly, RequireScope } from '../../../platform/access/index.js';
import { RequestContext, type SiteId } from '../../../platform/context/index.js';
import { NotFound } from '../../../platform/errors/index.js';
import { IdParam } from '../../../platform/http/index.js';
import { TunnelAddressesExhausted } from '../errors.js';
import { LiveRouters } from '../live/live-routers.js';
import { TunnelService } from '../tunnel/tunnel.service.js';
import { RouterCredentialDto, toRouterCredentialDto } from './dto/credential.dto.js';
import { type OpenCredential, RouterCredentials } from './router-credentials.js';

/** The user by which we log in to a router. */
@ApiTags('credentials')
@Controller()
export class CredentialsController {
  constructor(
    private readonly credentials: RouterCredentials,
    private readonly tunnels: TunnelService,
    private readonly live: LiveRouters,
  ) {}

  @Get(['control-plane/:site/credentials', 'sites/:site/credentials'])
  @RequireScope('apicredentials:view')
  @Answers(SiteNotFound)
  @ApiOperation({ operationId: 'listSiteCredentials', summary: 'The router API credential of a site, its password included; at most 1' })
  @ApiOkResponse({ type: RouterCredentialDto, isArray: true })
  async list(@Ctx() ctx: RequestContext, @IdParam('site') siteId: SiteId): Promise<RouterCredentialDto[]> {
    const credential = await this.credentials.find(ctx, siteId);
    return credential ? [await this.shown(ctx, siteId, credential)] : [];
  }

  @Post(['control-plane/:site/credentials', 'sites/:site/credentials'])
  @RequireScope('apicredentials:create')
  @Answers(SiteNotFound, SiteBeingDeleted, TunnelAddressesExhausted)
  @ApiOperation({
    operationId: 'rotateSiteCredentials',
    summary: 'Another user and password for the router',
    description: 'The router gets the new user at its next poll and keeps the old one until the new one was seen to work.',
  })
  @ApiCreatedResponse({ type: RouterCredentialDto })
  async rotate(@Ctx() ctx: RequestContext, @IdParam('site') siteId: SiteId): Promise<RouterCredentialDto> {
    return this.shown(ctx, siteId, await this.credentials.rotate(ctx, siteId));
  }

  @Get('control-plane/:site/internal-credentials')
  @InternalOnly()
  @ApiTags('internal')
  @Answers(NotFound)
  @ApiOperation({ operationId: 'internalSiteCredentials', summary: 'Newest router credential of a site, for other services' })
  @ApiOkResponse({ type: RouterCredentialDto })
  async newest(@Ctx() ctx: RequestContext, @IdParam('site') siteId: SiteId): Promise<RouterCredentialDto> {
    const team = await this.live.ofAnyTeam(ctx, siteId);
    const credential = await this.credentials.find(team, siteId);
    if (!credential) throw new NotFound('This site has no router credential yet; it gets one when its router is adopted.');
    return this.shown(team, siteId, credential);
  }

  private async shown(ctx: RequestContext, siteId: SiteId, credential: OpenCredential): Promise<RouterCredentialDto> {
    const { address, server } = await this.tunnels.of(ctx, siteId);
    return toRouterCredentialDto(credential, { address, server, apiPort: await this.live.apiPort(ctx, siteId) });
  }
}
