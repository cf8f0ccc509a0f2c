import { Body, Controller, Delete, Get, HttpCode, Post } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { SiteBeingDeleted, SiteNotFound } from '../../../fleet/index.js';
import { Answers, Ctx, RequireScope } from '../../../platform/access/index.js';
import { RequestContext, type SiteId } from '../../../platform/context/index.js';
import { ValidationFailed } from '../../../platform/errors/index.js';
import { IdParam } from '../../../platform/http/index.js';
import { SiteNotConnected, TunnelUnavailable } from '../errors.js';
import { toTransientForwardDto, TransientForwardDto, TransientForwardWishDto } from './dto/transient-forward.dto.js';
import { SiteOffline, TooManyTransients, TransientForwardNotFound, TransientPortsUsedUp } from './errors.js';
import { FORWARDS, TransientService } from './transient.service.js';

/** Temporary port forwards to what is behind a router. */
@ApiTags('transient-forward')
@Controller(['control-plane/:site/transient-forward', 'sites/:site/transient-forward'])
export class TransientForwardsController {
  constructor(private readonly service: TransientService) {}

  @Get()
  @RequireScope('transientforward:view')
  @Answers(SiteNotFound)
  @ApiOperation({ operationId: 'listTransientForwards', summary: 'Live temporary port forwards of a site, newest first, at most 50' })
  @ApiOkResponse({ type: TransientForwardDto, isArray: true })
  async list(@Ctx() ctx: RequestContext, @IdParam('site') site: SiteId): Promise<TransientForwardDto[]> {
    return (await this.service.list(ctx, site, FORWARDS)).map(toTransientForwardDto);
  }

  @Post()
  @RequireScope('transientforward:create')
  @Answers(SiteNotFound, SiteBeingDeleted, SiteOffline, SiteNotConnected, TunnelUnavailable)
  @Answers(TooManyTransients, TransientPortsUsedUp, ValidationFailed)
  @ApiOperation({
    operationId: 'createTransientForward',
    summary: 'Open a temporary port forward behind the router',
    description:
      'TCP only. It works from the next poll of the router on, up to 30 s later (`ready`). The target answers to the router, so it needs no route to us.',
  })
  @ApiCreatedResponse({ type: TransientForwardDto })
  async create(
    @Ctx() ctx: RequestContext,
    @IdParam('site') site: SiteId,
    @Body() body: TransientForwardWishDto,
  ): Promise<TransientForwardDto> {
    const shown = await this.service.openForward(ctx, site, {
      ...{ minutes: body.expire_after_minutes, allowOnlyCidr: body.allow_only_cidr },
      ...{ dstAddress: body.dst_address, dstPort: body.dst_port },
    });
    return toTransientForwardDto(shown);
  }

  @Get(':id')
  @RequireScope('transientforward:view')
  @Answers(SiteNotFound, TransientForwardNotFound)
  @ApiOperation({ operationId: 'getTransientForward', summary: 'One temporary port forward, for 30 days after its end too' })
  @ApiOkResponse({ type: TransientForwardDto })
  async get(@Ctx() ctx: RequestContext, @IdParam('site') site: SiteId, @IdParam('id') id: string): Promise<TransientForwardDto> {
    const shown = await this.service.get(ctx, site, FORWARDS, id);
    if (!shown) throw new TransientForwardNotFound();
    return toTransientForwardDto(shown);
  }

  @Delete(':id')
  @HttpCode(204)
  @RequireScope('transientforward:delete')
  @Answers(SiteNotFound, TransientForwardNotFound)
  @ApiOperation({
    operationId: 'revokeTransientForward',
    summary: 'Revoke a temporary port forward now: its connections are cut',
    description: 'Repeating it, or revoking one that has expired, changes nothing.',
  })
  @ApiNoContentResponse({ description: 'Revoked' })
  async revoke(@Ctx() ctx: RequestContext, @IdParam('site') site: SiteId, @IdParam('id') id: string): Promise<void> {
    if (!(await this.service.revoke(ctx, site, FORWARDS, id))) throw new TransientForwardNotFound();
  }
}
