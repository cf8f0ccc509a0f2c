import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { setTimeout as pause } from 'node:timers/promises';
import { Settings } from '../../config/index.js';
import { Clock } from '../../platform/clock/clock.js';
import { RequestContext, type SiteId } from '../../platform/context/index.js';
import { Logger } from '../../platform/telemetry/logger.js';
import type { DeviceIdentity } from '../poll/device-tokens.js';
import { Pace } from '../poll/pace.js';
import { WorkHints } from '../poll/work-hints.js';
import { type MadeJob, SectionDelivery } from './section-delivery.js';

/** Sites looked at together. */
const BATCH = 10;
/** How many seconds' worth of jobs are kept, some kilobytes each: what goes out within two polls of a router. */
const SECONDS_AHEAD = 60;
/** So many are made also while the process has no time for it: what goes out little by little must be there. */
const ALWAYS = 500;
/** How long a job is kept: two polls. Its section is as it was read, but what it was made of may be older by so much. */
const KEPT_MS = 60_000;
const BUSY_PAUSE_MS = 25;
/** Sites looked at for each that a change goes out to: once for its beginning, once for its confirmation, and some that were in vain. */
const LOOKS = 2.5;
/** From so many sites on a change goes to many. */
const MANY = 20;

/**
 * Makes what routers get of their sections before they ask: a heartbeat tells that there is something, and the next one, half a minute
 * later, finds it made and costs one statement. A change for thousands of routers then hardly shows in how fast they are answered.
 */
@Injectable()
export class SectionsAhead implements OnApplicationShutdown {
  private readonly ctx = RequestContext.system('sections-ahead');
  private readonly most: number;
  /** Before each look: a change for thousands is made as evenly as it goes out, and who comes meanwhile is looked at together. */
  private readonly breathMs: number;
  private readonly urgent = new Set<SiteId>();
  private readonly wanted = new Set<SiteId>();
  /** The oldest first. */
  private readonly made = new Map<SiteId, { readonly job: MadeJob; readonly at: number }>();
  private running: Promise<void> | undefined;
  private isStopping = false;

  constructor(
    private readonly delivery: SectionDelivery,
    private readonly hints: WorkHints,
    private readonly pace: Pace,
    private readonly clock: Clock,
    private readonly logger: Logger,
    settings: Settings,
  ) {
    this.breathMs = (BATCH * 1000) / (LOOKS * settings.SECTION_RATE);
    this.most = Math.max(ALWAYS, settings.SECTION_RATE * SECONDS_AHEAD);
  }

  async onApplicationShutdown(): Promise<void> {
    this.isStopping = true;
    await this.running;
  }

  /** The next poll of this site has probably something to bring. Whoever finds no place here asks again at the poll after it. */
  want(siteId: SiteId): void {
    if (this.made.size + this.wanted.size >= this.most || this.wanted.has(siteId) || this.has(siteId) || !this.pace.mayPrepare()) return;
    this.wanted.add(siteId);
    this.begin();
  }

  /** Sections of these sites have changed: what was made of them is void. */
  changed(sites: readonly SiteId[]): void {
    for (const siteId of sites) {
      this.made.delete(siteId);
      this.want(siteId);
    }
  }

  /** As `want`, where the router waits for it: before all others. */
  wantUrgently(siteId: SiteId): void {
    this.wanted.delete(siteId);
    this.urgent.add(siteId);
    this.begin();
  }

  has(siteId: SiteId): boolean {
    this.forgetOld();
    return this.made.has(siteId);
  }

  /** What was made for this router, which is not kept any more then. */
  take({ siteId, generation }: DeviceIdentity): MadeJob | undefined {
    if (!this.has(siteId)) return undefined;
    const { job } = this.made.get(siteId)!;
    this.made.delete(siteId);
    return job.device.generation === generation ? job : undefined;
  }

  /** Whether so many sites have something to get that who has nothing made comes again. */
  get goesToMany(): boolean {
    this.forgetOld();
    return this.made.size + this.wanted.size > MANY;
  }

  private begin(): void {
    if (!this.isStopping) this.running ??= this.run().finally(() => (this.running = undefined));
  }

  private async run(): Promise<void> {
    while (this.urgent.size + this.wanted.size > 0 && !this.isStopping) {
      await pause(this.breathMs);
      while (!this.urgent.size && !this.pace.isCalm && this.made.size >= ALWAYS && !this.isStopping) await pause(BUSY_PAUSE_MS);
      const sites = [...first(this.urgent, BATCH), ...first(this.wanted, BATCH)].slice(0, BATCH);
      try {
        for (const job of await this.delivery.ahead(this.ctx, sites)) {
          const { siteId } = job.device;
          this.made.delete(siteId);
          this.made.set(siteId, { job, at: this.clock.millis() });
          this.hints.addWork(siteId);
        }
      } catch (err) {
        this.logger.warn({ err }, 'changes could not be made ahead; the next heartbeats ask for them again');
      }
      for (const site of sites) {
        this.urgent.delete(site);
        this.wanted.delete(site);
      }
    }
  }

  private forgetOld(): void {
    const limit = this.clock.millis() - KEPT_MS;
    for (const [siteId, { at }] of this.made) {
      if (at > limit) return;
      this.made.delete(siteId);
    }
  }
}

function* first<T>(values: Iterable<T>, count: number): Generator<T> {
  for (const value of values) {
    if (count-- <= 0) return;
    yield value;
  }
}
