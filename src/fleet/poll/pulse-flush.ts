import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock.js';
import { RequestContext, type SiteId } from '../../platform/context/index.js';
import { Database, UNHURRIED } from '../../platform/database/index.js';
import { isConnectionLoss } from '../../platform/errors/index.js';
import { EventBus } from '../../platform/events/index.js';
import { Logger } from '../../platform/telemetry/logger.js';
import { parseHeartbeat, readVitals } from '../../routeros/heartbeat/index.js';
import { SiteCameOnline, SiteFactsChanged, SiteRebooted } from '../events.js';
import type { LogEntry } from '../log/log-entry.js';
import { OrchestrationLog } from '../log/orchestration-log.js';
import { ServerPresenceService } from '../pulse/server-presence.service.js';
import { SectionsAhead } from '../sections/sections-ahead.js';
import { lastingFacts } from './facts.js';
import { type Beat, HeartbeatBuffer } from './heartbeat-buffer.js';
import { type FactsOfSite, type NotableBeat, type ReadBeat, PulseRepository } from './pulse.repository.js';
import { WorkHints } from './work-hints.js';

/**
 * Little at a time and steadily: PostgreSQL and we share the machine with the polls, and a second's worth at once shows in
 * their latency.
 */
const FLUSH_EVERY_MS = 100;
/**
 * How long a heartbeat waits for others of its site, which are written with it as one row. With the time between flushes
 * and that of the write it is all that kill -9 may cost: less than a second.
 */
const WAIT_MS = 600;
/**
 * Most heartbeats of one transaction: reading a thousand takes some milliseconds, in which the polls that arrive wait.
 */
const BATCH = 1500;

/**
 * Writes the buffered heartbeats several times a second and derives everything else from them: who came back, who rebooted,
 * whose facts changed, for whom there is work. Kill -9 loses a fraction of a second; a database that is away loses nothing.
 */
@Injectable()
export class PulseFlush implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly ctx = RequestContext.system('pulse-flush');
  /** Fingerprint of the heartbeat whose facts were last stored for a site: while it is the same, nothing is parsed or written. */
  private readonly stored = new Map<SiteId, number>();
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;

  constructor(
    private readonly buffer: HeartbeatBuffer,
    private readonly hints: WorkHints,
    private readonly repository: PulseRepository,
    private readonly presence: ServerPresenceService,
    private readonly ahead: SectionsAhead,
    private readonly log: OrchestrationLog,
    private readonly events: EventBus,
    private readonly db: Database,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.presence.alive(this.ctx);
    for (const site of await this.repository.sitesWithWork(this.ctx, this.clock.now())) this.hints.addWork(site);
    this.timer = setInterval(() => void this.flushRipe(), FLUSH_EVERY_MS);
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.flush();
  }

  /** Writes all that is noted so far, after the flush that may be running. */
  async flush(): Promise<void> {
    while (this.running) await this.running;
    await this.flushRipe(0);
  }

  /** Writes what has waited long enough, one flush at a time: while one runs, the next waits for its turn on the clock. */
  private flushRipe(waitMs = WAIT_MS): Promise<void> {
    this.running ??= this.flushNow(waitMs).finally(() => (this.running = undefined));
    return this.running;
  }

  private async flushNow(waitMs: number): Promise<void> {
    const beats = this.buffer.takeRipe(waitMs);
    try {
      await this.presence.alive(this.ctx);
      while (beats.length) {
        const batch = beats.slice(0, BATCH);
        await this.write(batch);
        beats.splice(0, batch.length);
      }
    } catch (err) {
      this.buffer.putBack(beats);
      this.logger[isConnectionLoss(err) ? 'warn' : 'error'](
        { err, kept: beats.length },
        'heartbeats could not be written; they are kept and tried again',
      );
    }
  }

  /** Heartbeats and all that follows from them are one transaction: what fails is tried again as a whole. */
  private async write(beats: Beat[]): Promise<void> {
    const batch = beats.map(read).sort(bySite);
    const { notable, facts } = await this.db.transaction(this.ctx, async (ctx) => {
      // A heartbeat need not wait for the disk: kill -9 of us loses nothing by it, a power cut of the server half a second.
      await this.db.query(ctx, `SELECT ${UNHURRIED}`);
      const notable = await this.repository.write(ctx, batch);
      const byId = new Map(notable.map((row) => [row.siteId, row]));
      const valid = batch.filter(({ device }) => byId.get(device.siteId)?.valid !== false);
      const facts = this.newFacts(valid);
      const changed = facts.length ? await this.repository.writeFacts(ctx, facts, this.clock.now()) : [];
      for (const { siteId, teamId } of changed) await this.events.publish(ctx, new SiteFactsChanged(teamId, siteId));
      await this.announce(ctx, valid, byId);
      return { notable, facts };
    });
    for (const { siteId, fingerprint } of facts) this.stored.set(siteId, fingerprint);
    this.hint(batch, notable);
  }

  /** What the next poll of these sites has to look for. */
  private hint(batch: ReadBeat[], notable: NotableBeat[]): void {
    const generations = new Map(batch.map(({ device }) => [device.siteId, device.generation]));
    for (const { siteId, generation, valid, prompt, due } of notable) {
      // A site that is gone: its router is told to clean up. A router that was replaced: its token is void.
      if (prompt || generation === null) this.hints.addPromptWork(siteId);
      else if (due) this.sectionIsDue(siteId);
      else if (!valid) this.hints.revoke(siteId, generations.get(siteId)!);
    }
  }

  private sectionIsDue(siteId: SiteId): void {
    if (!this.ahead.goesToMany) this.hints.addWork(siteId); // should the poll come before it is made
    this.ahead.want(siteId);
  }

  private async announce(ctx: RequestContext, batch: ReadBeat[], notable: ReadonlyMap<SiteId, NotableBeat>): Promise<void> {
    const back = batch.filter(({ device }) => notable.get(device.siteId)?.cameOnline);
    if (back.length) await this.repository.closeOutages(ctx, back);
    await this.log.write(
      ctx,
      batch.flatMap((beat) => stepsOf(beat, notable.get(beat.device.siteId))),
    );
    for (const { device, seenAt, vitals } of batch) {
      const row = notable.get(device.siteId);
      if (row?.cameOnline)
        await this.events.publish(ctx, new SiteCameOnline(device.teamId, device.siteId, new Date(seenAt), row.offlineSince));
      if (row?.rebooted)
        await this.events.publish(ctx, new SiteRebooted(device.teamId, device.siteId, new Date(seenAt - vitals.uptimeSeconds! * 1000)));
    }
  }

  /** The lasting facts that differ from those last stored, as far as this process knows; after a start, of every site. */
  private newFacts(batch: ReadBeat[]): (FactsOfSite & { fingerprint: number })[] {
    return batch.flatMap(({ device, body, vitals: { fingerprint } }) => {
      if (body === '' || this.stored.get(device.siteId) === fingerprint) return [];
      return [{ siteId: device.siteId, facts: lastingFacts(parseHeartbeat(storable(body))), fingerprint }];
    });
  }
}

/** What a heartbeat adds to the orchestration log of its site. */
function stepsOf({ device: { teamId, siteId }, seenAt, seenFrom, vitals }: ReadBeat, row: NotableBeat | undefined): LogEntry[] {
  const step = (type: string, message: string, context: LogEntry['context']): LogEntry => ({
    ...{ teamId, siteId, type, status: 'Completed', message, context },
  });
  const steps: LogEntry[] = [];
  if (row?.cameOnline)
    steps.push(step('site.online', 'The router polls.', { seen_from: seenFrom, offline_since: row.offlineSince?.toISOString() ?? null }));
  if (row?.rebooted)
    steps.push(
      step('site.rebooted', 'The router started anew.', { booted_at: new Date(seenAt - vitals.uptimeSeconds! * 1000).toISOString() }),
    );
  return steps;
}

/** Marks the entry itself: it is ours since it left the buffer, and a copy of each would cost more than reading it. */
const read = (beat: Beat): ReadBeat => Object.assign(beat, { vitals: readVitals(beat.body) });

const bySite = (a: Beat, b: Beat): number => (a.device.siteId < b.device.siteId ? -1 : 1);

/** PostgreSQL stores every character but NUL; a router that sends one must not hold up the others. */
const storable = (body: string): string => (body.includes('\0') ? body.replaceAll('\0', '') : body);
