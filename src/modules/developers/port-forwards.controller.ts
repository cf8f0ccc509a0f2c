import { Body, Controller, Delete, Get, HttpCode, Post } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { SiteBeingDeleted, SiteService } from '../../fleet/index.js';
import { Answers, Ctx, RATE_HEADERS } from '../../platform/access/index.js';
import { RequestContext, type SiteId } from '../../platform/context/index.js';
import { ValidationFailed } from '../../platform/errors/index.js';
import { IdParam } from '../../platform/http/index.js';
import {
  FORWARDS,
  SiteNotConnected,
  SiteOffline,
  TooManyTransients,
  TransientForwardNotFound,
  TransientPortsUsedUp,
  TransientService,
  TunnelUnavailable,
} from '../control-plane/index.js';
import { DeveloperRoute } from './developer-route.js';
import { PortForwardCreateDto, PortForwardDto, sourceOf, toPortForwardDto } from './dto/port-forward.dto.js';
import { Idempotency, IdempotencyKey, Idempotent } from './idempotency.js';

/** The control plane's temporary forwards, as programs ask for them. */
@ApiTags('developer-api')
@Controller('api/routers/:router_id/transient-forwarding')
export class PortForwardsController {
  constructor(
    private readonly transient: TransientService,
    private readonly idempotency: Idempotency,
    private readonly sites: SiteService,
  ) {}

  @Post()
  @HttpCode(200)
  @DeveloperRoute('transientforward:create')
  @Idempotent()
  @Answers(SiteBeingDeleted, SiteOffline, SiteNotConnected, TunnelUnavailable, TooManyTransients, TransientPortsUsedUp, ValidationFailed)
  @ApiOperation({
    operationId: 'createPortForward',
    summary: 'Open a temporary TCP forward behind a router',
    description: 'It works from the next poll of the router on, up to 30 s later (`ready`).',
  })
  @ApiOkResponse({ type: PortForwardDto, headers: RATE_HEADERS })
  async create(
    @Ctx() ctx: RequestContext,
    @IdParam('router_id') siteId: SiteId,
    @Body() body: PortForwardCreateDto,
    @IdempotencyKey() key: string | undefined,
  ): Promise<PortForwardDto> {
    await this.sites.getLiving(ctx, siteId);
    const wish = {
      ...{ minutes: body.expire_after_minutes, allowOnlyCidr: sourceOf(body.allow_from) },
      ...{ dstAddress: body.dst_address, dstPort: body.dst_port },
    };
    // Outside a transaction: opening a forward takes a port of this machine, which no rollback would give back.
    const id = await this.idempotency.once(ctx, { siteId, operation: 'transient-forwarding', key, content: wish }, async () => {
      return (await this.transient.openForward(ctx, siteId, wish)).opening.id;
    });
    return this.shown(ctx, siteId, id);
  }

  @Get()
  @DeveloperRoute('transientforward:view')
  @ApiOperation({ operationId: 'listPortForwards', summary: 'Active forwards of a router, newest first, at most 50' })
  @ApiOkResponse({ type: PortForwardDto, isArray: true, headers: RATE_HEADERS })
  async list(@Ctx() ctx: RequestContext, @IdParam('router_id') siteId: SiteId): Promise<PortForwardDto[]> {
    return (await this.transient.list(ctx, siteId, FORWARDS)).map(toPortForwardDto);
  }

  @Get(':id')
  @DeveloperRoute('transientforward:view')
  @Answers(TransientForwardNotFound)
  @ApiOperation({ operationId: 'getPortForward', summary: 'One forward of a router, for 30 days after its end too' })
  @ApiOkResponse({ type: PortForwardDto, headers: RATE_HEADERS })
  get(@Ctx() ctx: RequestContext, @IdParam('router_id') siteId: SiteId, @IdParam('id') id: string): Promise<PortForwardDto> {
    return this.shown(ctx, siteId, id);
  }

  @Delete(':id')
  @HttpCode(204)
  @DeveloperRoute('transientforward:delete')
  @Answers(TransientForwardNotFound)
  @ApiOperation({
    operationId: 'deletePortForward',
    summary: 'Close a forward before it expires: its connections are cut',
    description: 'Repeating it, or closing one that has expired, changes nothing.',
  })
  @ApiNoContentResponse({ description: 'Forward closed', headers: RATE_HEADERS })
  async revoke(@Ctx() ctx: RequestContext, @IdParam('router_id') siteId: SiteId, @IdParam('id') id: string): Promise<void> {
    if (!(await this.transient.revoke(ctx, siteId, FORWARDS, id))) throw new TransientForwardNotFound();
  }

  private async shown(ctx: RequestContext, siteId: SiteId, id: string): Promise<PortForwardDto> {
    const shown = await this.transient.get(ctx, siteId, FORWARDS, id);
    if (!shown) throw new TransientForwardNotFound();
    return toPortForwardDto(shown);
  }
}
