import { Body, Controller, Delete, Get, HttpCode, Post } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { SiteBeingDeleted, SiteNotFound } from '../../../fleet/index.js';
import { Answers, Ctx, RequireScope } from '../../../platform/access/index.js';
import { RequestContext, type SiteId } from '../../../platform/context/index.js';
import { ValidationFailed } from '../../../platform/errors/index.js';
import { IdParam } from '../../../platform/http/index.js';
import { SiteNotConnected, TunnelUnavailable } from '../errors.js';
import { contradiction, toTransientAccessDto, TransientAccessDto, TransientAccessWishDto } from './dto/transient-access.dto.js';
import { SiteOffline, TooManyTransients, TransientAccessNotFound, TransientPortsUsedUp } from './errors.js';
import { LOGINS, TransientService } from './transient.service.js';

/** Temporary WinBox and SSH logins. */
@ApiTags('transient-access')
@Controller(['control-plane/:site/transient-accesses', 'sites/:site/transient-accesses'])
export class TransientAccessesController {
  constructor(private readonly service: TransientService) {}

  @Get()
  @RequireScope('transientaccess:view')
  @Answers(SiteNotFound)
  @ApiOperation({
    operationId: 'listTransientAccesses',
    summary: 'Live temporary logins of a site with their passwords, newest first, at most 50',
  })
  @ApiOkResponse({ type: TransientAccessDto, isArray: true })
  async list(@Ctx() ctx: RequestContext, @IdParam('site') site: SiteId): Promise<TransientAccessDto[]> {
    return (await this.service.list(ctx, site, LOGINS)).map(toTransientAccessDto);
  }

  @Post()
  @RequireScope('transientaccess:create')
  @Answers(SiteNotFound, SiteBeingDeleted, SiteOffline, SiteNotConnected, TunnelUnavailable)
  @Answers(TooManyTransients, TransientPortsUsedUp, ValidationFailed)
  @ApiOperation({
    operationId: 'createTransientAccess',
    summary: 'Open a temporary WinBox or SSH login',
    description:
      'The port listens at once; the user comes to the router with its next poll, up to 30 s later (`ready`), and goes at expires_at or when the login is revoked. Connections that are open then are cut.',
  })
  @ApiCreatedResponse({ type: TransientAccessDto })
  async create(
    @Ctx() ctx: RequestContext,
    @IdParam('site') site: SiteId,
    @Body() body: TransientAccessWishDto,
  ): Promise<TransientAccessDto> {
    const problem = contradiction(body);
    if (problem) throw new ValidationFailed({ access_type: [problem] });
    const shown = await this.service.openLogin(ctx, site, {
      ...{ minutes: body.expire_after_minutes, allowOnlyCidr: body.allow_only_cidr, allowRfc1918: body.allow_rfc1918 },
      ...{ kind: body.type, fullAccess: body.full_access, accessType: body.access_type ?? null },
    });
    return toTransientAccessDto(shown);
  }

  @Get(':id')
  @RequireScope('transientaccess:view')
  @Answers(SiteNotFound, TransientAccessNotFound)
  @ApiOperation({ operationId: 'getTransientAccess', summary: 'One temporary login, for 30 days after its end too' })
  @ApiOkResponse({ type: TransientAccessDto })
  async get(@Ctx() ctx: RequestContext, @IdParam('site') site: SiteId, @IdParam('id') id: string): Promise<TransientAccessDto> {
    const shown = await this.service.get(ctx, site, LOGINS, id);
    if (!shown) throw new TransientAccessNotFound();
    return toTransientAccessDto(shown);
  }

  @Delete(':id')
  @HttpCode(204)
  @RequireScope('transientaccess:delete')
  @Answers(SiteNotFound, TransientAccessNotFound)
  @ApiOperation({
    operationId: 'revokeTransientAccess',
    summary: 'Revoke a temporary login now: its connections are cut',
    description: 'Repeating it, or revoking one that has expired, changes nothing.',
  })
  @ApiNoContentResponse({ description: 'Revoked' })
  async revoke(@Ctx() ctx: RequestContext, @IdParam('site') site: SiteId, @IdParam('id') id: string): Promise<void> {
    if (!(await this.service.revoke(ctx, site, LOGINS, id))) throw new TransientAccessNotFound();
  }
}
