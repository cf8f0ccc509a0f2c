import { Controller, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Answers, DeviceOnly } from '../../platform/access/index.js';
import type { RequestContext } from '../../platform/context/index.js';
import { PayloadTooLarge, UnsupportedMediaType } from '../../platform/errors/index.js';
import { Takes } from '../../platform/http/index.js';
import { MalformedHeartbeat } from '../errors.js';
import type { DeviceIdentity } from './device-tokens.js';
import { HEARTBEAT_LIMIT, HEARTBEAT_TYPE, SCRIPT_TYPE } from './heartbeat-media.js';
import { PollService } from './poll.service.js';

type PollRequest = FastifyRequest & { readonly ctx: RequestContext; readonly device: DeviceIdentity };

/** The route of heartbeats, with its access and its errors. The plain ones among them do not get here: see PollLane. */
@ApiTags('heartbeat')
@Controller()
export class PollController {
  constructor(private readonly polls: PollService) {}

  @Post('poll')
  @HttpCode(200)
  @DeviceOnly()
  @Takes(HEARTBEAT_TYPE, HEARTBEAT_LIMIT)
  @Answers(MalformedHeartbeat, PayloadTooLarge, UnsupportedMediaType)
  @ApiOperation({ operationId: 'receiveHeartbeat', summary: 'Heartbeat in, next job script out' })
  @ApiBody({ required: true, schema: { type: 'string' }, description: 'key=value pairs joined by semicolons' })
  @ApiOkResponse({
    description: 'Wrapped job script, or an empty body when nothing is pending',
    content: { 'text/plain': { schema: { type: 'string' } } },
  })
  async poll(@Req() request: PollRequest, @Res() reply: FastifyReply): Promise<void> {
    // @Res: a script is sent as it is, past what makes JSON of answers.
    const body = typeof request.body === 'string' ? request.body : '';
    const script = await this.polls.receive(() => request.ctx, request.device, request.ip, body);
    void reply.status(200).header('content-type', SCRIPT_TYPE).send(script);
  }
}
