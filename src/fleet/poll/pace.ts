import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { performance } from 'node:perf_hooks';

const LOOK_EVERY_MS = 100;
/** Share of its time that the event loop may work before work that can wait is put off. */
const SHARE = 0.5;

/**
 * Tells whether the process has little time to spare. A change for thousands of routers then goes out one by one, so that heartbeats and
 * people do not wait behind it.
 */
@Injectable()
export class Pace implements OnApplicationBootstrap, OnApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  private last = performance.eventLoopUtilization();
  private share = 0;

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => {
      const now = performance.eventLoopUtilization();
      this.share = performance.eventLoopUtilization(now, this.last).utilization;
      this.last = now;
    }, LOOK_EVERY_MS);
    this.timer.unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  get isSpent(): boolean {
    return this.share > SHARE;
  }
}
