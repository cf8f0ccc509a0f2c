import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock.js';
import type { RequestContext } from '../../platform/context/index.js';
import { Unauthenticated } from '../../platform/errors/index.js';
import { Logger } from '../../platform/telemetry/logger.js';
import { looksLikeHeartbeat } from '../../routeros/heartbeat/index.js';
import { MalformedHeartbeat } from '../errors.js';
import { JobDispatch } from '../jobs/job-dispatch.js';
import type { DeviceIdentity } from './device-tokens.js';
import { HeartbeatBuffer } from './heartbeat-buffer.js';
import { WorkHints } from './work-hints.js';

/** A heartbeat comes in, the next script goes out. Without work for a router it touches memory only. */
@Injectable()
export class PollService {
  constructor(
    private readonly buffer: HeartbeatBuffer,
    private readonly hints: WorkHints,
    private readonly dispatch: JobDispatch,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  /**
   * Notes the heartbeat and answers the router's next script, empty when there is nothing to do; no promise where there
   * is nothing to wait for. What is refused has left no trace.
   * @param context of the router's request; asked for only when there is work, for mostly there is none
   * @param seenFrom address of the router
   * @throws MalformedHeartbeat, Unauthenticated at once; a promise that was answered never fails
   */
  receive(context: () => RequestContext, device: DeviceIdentity, seenFrom: string, body: string): string | Promise<string> {
    if (!looksLikeHeartbeat(body)) throw new MalformedHeartbeat();
    if (this.hints.isRevoked(device.siteId, device.generation)) throw new Unauthenticated('This router no longer serves its site.');
    this.buffer.note(device, this.clock.millis(), seenFrom, body);
    return this.hints.hasWork(device.siteId) ? this.next(context(), device, body) : '';
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
