import { Body, Controller, Get, Header, Headers, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiBody, ApiHeader, ApiOkResponse, ApiOperation, ApiParam, ApiQuery, ApiTags } from '@nestjs/swagger';
import { Answers, Ctx, DeviceOnly, RunbookToken } from '../../platform/access/index.js';
import { RequestContext } from '../../platform/context/index.js';
import { InvalidSignature, PayloadTooLarge, UnsupportedMediaType } from '../../platform/errors/index.js';
import { Takes } from '../../platform/http/index.js';
import {
  BootstrapTokenEnded,
  BootstrapTokenUnknown,
  HardwareAlreadyAdopted,
  MalformedHeartbeat,
  SeatsUsedUp,
  UnsuitableRouter,
} from '../errors.js';
import { HEARTBEAT_LIMIT, HEARTBEAT_TYPE } from '../poll/heartbeat-media.js';
import { SiteService } from '../sites/site.service.js';
import { AdoptionService } from './adoption.service.js';

const TOKEN_PATTERN = '^[0-9A-Za-z]{20,22}$';
const tokenParam = ApiParam({
  name: 'id',
  schema: { type: 'string', pattern: TOKEN_PATTERN },
  description: "Base62 form of the runbook token's UUID",
});
const debugHeader = ApiHeader({
  name: 'x-ros-debug',
  required: false,
  schema: { type: 'string' },
  description: 'Presence asks for a readable, verbose script.',
});
const scriptAnswer = { content: { 'text/plain': { schema: { type: 'string' as const, description: 'RouterOS script source' } } } };

/** What a router calls before it has a token of its own, and after it gave it up. */
@ApiTags('bootstrap-&-adoption')
@Controller()
export class AdoptionController {
  constructor(
    private readonly adoption: AdoptionService,
    private readonly sites: SiteService,
  ) {}

  @Post('adopt/:id')
  @HttpCode(200)
  @RunbookToken()
  @Takes(HEARTBEAT_TYPE, HEARTBEAT_LIMIT)
  @Answers(
    SeatsUsedUp,
    BootstrapTokenUnknown,
    BootstrapTokenEnded,
    HardwareAlreadyAdopted,
    MalformedHeartbeat,
    UnsuitableRouter,
    PayloadTooLarge,
    UnsupportedMediaType,
  )
  @tokenParam
  @debugHeader
  @ApiHeader({
    name: 'x-ros-errors',
    required: false,
    schema: { type: 'string', enum: ['script'] },
    description: 'Answer refusals as a script that prints them, with status 200.',
  })
  @ApiBody({ required: true, schema: { type: 'string' }, description: 'key=value pairs joined by semicolons' })
  @Header('content-type', 'text/plain; charset=utf-8')
  @ApiOperation({ operationId: 'adoptDevice', summary: 'Adopt a router and return its final script' })
  @ApiOkResponse(scriptAnswer)
  adopt(@Param('id') id: string, @Body() body: unknown, @Headers('x-ros-debug') debug?: string): Promise<string> {
    return this.adoption.adopt(id, typeof body === 'string' ? body : '', { readable: debug !== undefined });
  }

  @Get('notify/delete')
  @DeviceOnly({ alsoSigned: true })
  @Answers(InvalidSignature)
  @ApiQuery({ name: 'signature', required: true, schema: { type: 'string' }, description: 'HMAC over the URL without this parameter.' })
  @ApiQuery({ name: 'expires', required: false, schema: { type: 'integer' }, description: 'Unix time.' })
  @ApiQuery({ name: 'site', required: false, schema: { type: 'string', format: 'uuid' }, description: 'The site the URL was made for.' })
  @Header('content-type', 'text/plain; charset=utf-8')
  @ApiOperation({ operationId: 'notifySchedulerDeletion', summary: 'Router reports that its poll scheduler is gone' })
  @ApiOkResponse({ description: 'Deletion recorded; repeats change nothing', content: { 'text/plain': { schema: { type: 'string' } } } })
  async removed(@Ctx() ctx: RequestContext, @Query('site') site?: string): Promise<string> {
    if (ctx.actor.kind !== 'device' || site !== ctx.actor.siteId) throw new InvalidSignature(); // a URL made for another site
    await this.sites.confirmRemoval(ctx.actor.siteId);
    return 'ok';
  }

  /** Matches last: everything else at the root has a name of its own. */
  @Get(':id')
  @RunbookToken()
  @Answers(BootstrapTokenUnknown, BootstrapTokenEnded)
  @tokenParam
  @debugHeader
  @Header('content-type', 'text/plain; charset=utf-8')
  @ApiOperation({ operationId: 'getBootstrapScript', summary: 'Bootstrap script for a router holding a runbook token' })
  @ApiOkResponse(scriptAnswer)
  bootstrap(@Param('id') id: string, @Headers('x-ros-debug') debug?: string): Promise<string> {
    return this.adoption.bootstrap(id, { readable: debug !== undefined });
  }
}
