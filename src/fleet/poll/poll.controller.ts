import { Controller, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Answers, DeviceOnly } from '../../platform/access/index.js';
import { Clock } from '../../platform/clock/clock.js';
import { RequestContext } from '../../platform/context/index.js';
import { PayloadTooLarge, Unauthenticated, UnsupportedMediaType } from '../../platform/errors/index.js';
import { Takes } from '../../platform/http/index.js';
import { Logger } from '../../platform/telemetry/logger.js';
import { looksLikeHeartbeat } from '../../routeros/heartbeat/index.js';
import { MalformedHeartbeat } from '../errors.js';
import { JobDispatch } from '../jobs/job-dispatch.js';
import type { DeviceIdentity } from './device-tokens.js';
import { HeartbeatBuffer } from './heartbeat-buffer.js';
import { WorkHints } from './work-hints.js';

/** RouterOS sends at most 64 KiB with http-data. */
export const HEARTBEAT_LIMIT = 65_536;

type PollRequest = FastifyRequest & { readonly ctx: RequestContext; readonly device: DeviceIdentity };

/** The hot path: without work for a router it touches memory only. */
@ApiTags('heartbeat')
@Controller()
export class PollController {
  constructor(
    private readonly buffer: HeartbeatBuffer,
    private readonly hints: WorkHints,
    private readonly dispatch: JobDispatch,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  @Post('poll')
  @HttpCode(200)
  @DeviceOnly()
  @Takes('text/plain', HEARTBEAT_LIMIT)
  @Answers(MalformedHeartbeat, PayloadTooLarge, UnsupportedMediaType)
  @ApiOperation({ operationId: 'receiveHeartbeat', summary: 'Heartbeat in, next job script out' })
  @ApiBody({ required: true, schema: { type: 'string' }, description: 'key=value pairs joined by semicolons' })
  @ApiOkResponse({
    description: 'Wrapped job script, or an empty body when nothing is pending',
    content: { 'text/plain': { schema: { type: 'string' } } },
  })
  poll(@Req() request: PollRequest, @Res() reply: FastifyReply): void | Promise<void> {
    // @Req and @Res alone: other parameters are led through the global pipes one by one, a returned value through what
    // serialises answers; together they would be a good part of what a heartbeat costs.
    const { device } = request;
    const body = typeof request.body === 'string' ? request.body : '';
    if (!looksLikeHeartbeat(body)) throw new MalformedHeartbeat();
    if (this.hints.isRevoked(device.siteId, device.generation)) throw new Unauthenticated('This router no longer serves its site.');
    this.buffer.note(device, this.clock.millis(), request.ip, body);
    if (this.hints.hasWork(device.siteId)) return this.next(request.ctx, device, body).then((script) => answer(reply, script));
    answer(reply, '');
  }

  /** A router must never see our trouble: RouterOS raises on an HTTP error. It comes back in 30 s. */
  private async next(ctx: RequestContext, device: DeviceIdentity, body: string): Promise<string> {
    try {
      return await this.dispatch.next(ctx, device, body);
    } catch (err) {
      this.hints.addWork(device.siteId);
      this.logger.error({ err, siteId: device.siteId }, 'could not look for work of a router');
      return '';
    }
  }
}

function answer(reply: FastifyReply, script: string): void {
  void reply.status(200).header('content-type', 'text/plain; charset=utf-8').send(script);
}
