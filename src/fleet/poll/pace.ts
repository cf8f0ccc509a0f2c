import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { performance } from 'node:perf_hooks';
import { Settings } from '../../config/index.js';

const LOOK_EVERY_MS = 100;
/** So many pieces of work may begin at the same instant when none did for a while: a change for a few routers waits for nothing. */
const AT_ONCE = 30;

/**
 * Tells when work that can wait may begin. A change for thousands of routers goes out evenly: pieces that begin together wait for each
 * other, and every heartbeat behind them. Where heartbeats and people alone take the time of the process, it goes out little by little.
 */
@Injectable()
export class Pace implements OnApplicationBootstrap, OnApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  private last = performance.eventLoopUtilization();
  private share = 0;
  private readonly beginnings = new EvenFlow();
  private readonly preparations = new EvenFlow();

  constructor(private readonly settings: Settings) {}

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

  /** Whether the process has time. */
  get isCalm(): boolean {
    return this.share * 100 <= this.settings.SECTION_BUSY_PERCENT;
  }

  /** Whether a piece of work may begin now; asking for it is beginning it. A busy process begins one now and then, else a change would never end. */
  mayBegin(now = performance.now()): boolean {
    return this.admits(this.beginnings, now);
  }

  /** The same for making such a piece ready, half a minute before it may begin: what is made ready evenly begins evenly. */
  mayPrepare(now = performance.now()): boolean {
    return this.admits(this.preparations, now);
  }

  private admits(flow: EvenFlow, now: number): boolean {
    return this.isCalm ? flow.admits(now, 1000 / this.settings.SECTION_RATE, AT_ONCE) : flow.admits(now, LOOK_EVERY_MS, 1);
  }
}

/** Lets through one by one what comes as it likes. */
class EvenFlow {
  /** When the next one would come if they came evenly. Milliseconds. */
  private next = 0;

  /** @param atOnce so many may come together after a pause */
  admits(now: number, apartMs: number, atOnce: number): boolean {
    const next = Math.max(this.next, now) + apartMs;
    if (next - now > atOnce * apartMs) return false;
    this.next = next;
    return true;
  }
}
