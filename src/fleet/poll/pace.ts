import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { performance } from 'node:perf_hooks';
import { Settings } from '../../config/index.js';

const LOOK_EVERY_MS = 100;

/**
 * Tells whether the process has time for work that can wait. A change for thousands of routers then goes out as fast as heartbeats and
 * people do not notice, and where they alone take that time, little by little.
 */
@Injectable()
export class Pace implements OnApplicationBootstrap, OnApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  private last = performance.eventLoopUtilization();
  private share = 0;
  /** The one piece of work in each spell of a busy process, without which a change would never end, has begun. */
  private hasBegun = false;

  constructor(private readonly settings: Settings) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => {
      const now = performance.eventLoopUtilization();
      this.share = performance.eventLoopUtilization(now, this.last).utilization;
      this.last = now;
      this.hasBegun = false;
    }, LOOK_EVERY_MS);
    this.timer.unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  /** Whether the process has time. */
  get isCalm(): boolean {
    return this.share * 100 <= this.settings.SECTION_BUSY_PERCENT;
  }

  /** Whether a piece of work may begin now; asking for it is beginning it. */
  mayBegin(): boolean {
    if (this.isCalm) return true;
    const isFirst = !this.hasBegun;
    this.hasBegun = true;
    return isFirst;
  }
}
