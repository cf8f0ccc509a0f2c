import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { performance } from 'node:perf_hooks';

const LOOK_EVERY_MS = 50;

/**
 * Tells whether the process is behind with its work. Then a heartbeat is answered with an empty 200 before its body is
 * read: the router comes back in 30 s at its own second, which spreads the load, and nothing on it fails.
 */
@Injectable()
export class Overload implements OnApplicationBootstrap, OnApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  private expected = 0;
  private lateness = 0;
  /** How late the event loop may be before heartbeats are answered unread. Milliseconds; tests on busy machines bear any. */
  limitMs = 250;
  /** Heartbeats answered unread since start. */
  shed = 0;

  onApplicationBootstrap(): void {
    this.expected = performance.now() + LOOK_EVERY_MS;
    this.timer = setInterval(() => {
      const now = performance.now();
      this.lateness = now - this.expected;
      this.expected = now + LOOK_EVERY_MS;
    }, LOOK_EVERY_MS);
    this.timer.unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  get isBehind(): boolean {
    return this.lateness > this.limitMs;
  }
}
