import { Body, Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, ApiOperation, ApiTags, getSchemaPath } from '@nestjs/swagger';
import { BackupUnavailable, SiteBeingDeleted } from '../../fleet/index.js';
import { Answers, Ctx, RATE_HEADERS } from '../../platform/access/index.js';
import { RequestContext, type SiteId } from '../../platform/context/index.js';
import { ValidationFailed } from '../../platform/errors/index.js';
import { IdParam } from '../../platform/http/index.js';
import { type TeamSecret, WebhookSecrets } from '../../platform/outbound/index.js';
import type { ApiRow } from '../../routeros/api/index.js';
import { RouterBusy, RouterCommandInvalid, RouterDidNotAnswer, RouterRefused } from '../control-plane/index.js';
import { AsynchronousService } from './asynchronous.service.js';
import { DeveloperRoute } from './developer-route.js';
import {
  AsyncAcceptedDto,
  AsyncRequestDto,
  NoticeDeliveryDto,
  toAsyncAcceptedDto,
  toNoticeDeliveryDto,
  WebhookSecretDto,
} from './dto/asynchronous.dto.js';
import { SyncRequestDto } from './dto/synchronous.dto.js';
import { CommandNotReadOnly, RouterNotReachable } from './errors.js';
import { IdempotencyKey, Idempotent } from './idempotency.js';
import { SynchronousService } from './synchronous.service.js';

const NOTICES = 100;

/** Scripts that wait for the router, and reads that do not. */
@ApiTags('developer-api')
@ApiExtraModels(NoticeDeliveryDto)
@Controller()
export class CommandsController {
  constructor(
    private readonly scripts: AsynchronousService,
    private readonly reads: SynchronousService,
    private readonly secrets: WebhookSecrets,
  ) {}

  @Post('api/asynchronous/:router_id')
  @HttpCode(200)
  @DeveloperRoute('job:create')
  @Idempotent()
  @Answers(SiteBeingDeleted, BackupUnavailable, ValidationFailed)
  @ApiOperation({
    operationId: 'executeAsynchronous',
    summary: 'Queue a script as a job on a router',
    description: 'The job is found by its `idempotency_key`. With `notify_url` each change of it is told by a signed POST.',
  })
  @ApiOkResponse({ type: AsyncAcceptedDto, headers: RATE_HEADERS })
  async queue(
    @Ctx() ctx: RequestContext,
    @IdParam('router_id') siteId: SiteId,
    @Body() body: AsyncRequestDto,
    @IdempotencyKey() key: string | undefined,
  ): Promise<AsyncAcceptedDto> {
    const request = await this.scripts.accept(
      ctx,
      siteId,
      {
        ...{
          description: body.description,
          script: body.script,
          makeBackup: body.make_backup ?? false,
          notifyUrl: body.notify_url ?? null,
        },
        ...{ expressExecute: body.express_execute ?? false, needsAcknowledgement: body.needs_acknowledgement ?? false },
      },
      key,
    );
    return toAsyncAcceptedDto(request);
  }

  @Post(['api/synchronous/:router_id', 'sites/:router_id/commands/synchronous'])
  @HttpCode(200)
  @DeveloperRoute('site:action')
  @Answers(SiteBeingDeleted, CommandNotReadOnly, ValidationFailed)
  @Answers(RouterNotReachable, RouterBusy, RouterDidNotAnswer, RouterRefused, RouterCommandInvalid)
  @ApiOperation({
    operationId: 'executeSynchronous',
    summary: 'Run a RouterOS command that only reads now, and return its rows',
    description:
      'Over the management tunnel. print in every menu, ping, traceroute, resolve and monitor; secrets in rows are masked. docs/developer-api.md has the whole list. It answers at most what a router sends within 20 s.',
  })
  @ApiOkResponse({
    schema: { type: 'array', items: { type: 'object', additionalProperties: true } },
    headers: RATE_HEADERS,
  })
  run(@Ctx() ctx: RequestContext, @IdParam('router_id') siteId: SiteId, @Body() body: SyncRequestDto): Promise<ApiRow[]> {
    return this.reads.run(ctx, siteId, body.command, body.parameters ?? []);
  }

  @Get('api/routers/:router_id/notices')
  @DeveloperRoute('job:view')
  @ApiOperation({
    operationId: 'listRouterNotices',
    summary: 'Job notices of a router and how their delivery stands, newest first (beyond the contract)',
    description: 'Of the newest 100 scripts that asked for notices. Kept for 30 days after their end.',
  })
  @ApiOkResponse({ schema: { type: 'array', maxItems: NOTICES, items: { $ref: getSchemaPath(NoticeDeliveryDto) } }, headers: RATE_HEADERS })
  async notices(@Ctx() ctx: RequestContext, @IdParam('router_id') siteId: SiteId): Promise<NoticeDeliveryDto[]> {
    return (await this.scripts.notices(ctx, siteId, NOTICES)).map(toNoticeDeliveryDto);
  }

  @Get('api/webhook-secret')
  @DeveloperRoute('api:create')
  @ApiOperation({ operationId: 'getWebhookSecret', summary: "The secret by which the team's webhooks are signed (beyond the contract)" })
  @ApiOkResponse({ type: WebhookSecretDto, headers: RATE_HEADERS })
  async secret(@Ctx() ctx: RequestContext): Promise<WebhookSecretDto> {
    return toWebhookSecretDto(await this.secrets.current(ctx));
  }

  @Post('api/webhook-secret/rotate')
  @HttpCode(200)
  @DeveloperRoute('api:create')
  @ApiOperation({
    operationId: 'rotateWebhookSecret',
    summary: "Another secret for the team's webhooks (beyond the contract)",
    description: 'The one before signs too for 24 hours, the one before that no longer.',
  })
  @ApiOkResponse({ type: WebhookSecretDto, headers: RATE_HEADERS })
  async rotate(@Ctx() ctx: RequestContext): Promise<WebhookSecretDto> {
    return toWebhookSecretDto(await this.secrets.rotate(ctx));
  }
}

const toWebhookSecretDto = ({ secret, createdAt, previous }: TeamSecret): WebhookSecretDto => ({
  ...{ secret, created_at: createdAt.toISOString(), previous_valid_until: previous?.until.toISOString() ?? null },
});
