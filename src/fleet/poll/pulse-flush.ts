import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock.js';
import { RequestContext, type SiteId } from '../../platform/context/index.js';
import { Database } from '../../platform/database/index.js';
import { isConnectionLoss } from '../../platform/errors/index.js';
import { EventBus } from '../../platform/events/index.js';
import { Logger } from '../../platform/telemetry/logger.js';
import { type Heartbeat, parseHeartbeat } from '../../routeros/heartbeat/index.js';
import { SiteCameOnline, SiteFactsChanged, SiteRebooted } from '../events.js';
import { ServerPresenceService } from '../pulse/server-presence.service.js';
import { factsFingerprint, lastingFacts } from './facts.js';
import { type Beat, HeartbeatBuffer } from './heartbeat-buffer.js';
import { type NotableBeat, PulseRepository } from './pulse.repository.js';
import { WorkHints } from './work-hints.js';

const FLUSH_EVERY_MS = 1000;
/** Rows of one statement; a stampede is written in several. */
const BATCH = 5000;

type ParsedBeat = Beat & { heartbeat: Heartbeat };

/**
 * Writes the buffered heartbeats once a second and derives everything else from them: who came back, who rebooted,
 * whose facts changed, for whom there is work. Kill -9 loses at most the last second; a database that is away loses nothing.
 */
@Injectable()
export class PulseFlush implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly ctx = RequestContext.system('pulse-flush');
  /** Fingerprint of the facts last stored for a site, so that unchanged ones cost no statement. */
  private readonly stored = new Map<SiteId, number>();
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;

  constructor(
    private readonly buffer: HeartbeatBuffer,
    private readonly hints: WorkHints,
    private readonly repository: PulseRepository,
    private readonly presence: ServerPresenceService,
    private readonly events: EventBus,
    private readonly db: Database,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.presence.alive(this.ctx);
    for (const site of await this.repository.sitesWithWork(this.ctx)) this.hints.addWork(site);
    this.timer = setInterval(() => void this.flush(), FLUSH_EVERY_MS);
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
    await this.flush();
  }

  /** One flush at a time; called again while one runs, it waits for that one. */
  flush(): Promise<void> {
    this.running ??= this.flushNow().finally(() => (this.running = undefined));
    return this.running;
  }

  private async flushNow(): Promise<void> {
    const beats = this.buffer.drain();
    try {
      await this.presence.alive(this.ctx);
      while (beats.length) {
        const batch = beats.slice(-BATCH).map((beat): ParsedBeat => ({ ...beat, heartbeat: parseHeartbeat(beat.body) }));
        await this.write(batch);
        beats.length -= batch.length;
      }
    } catch (err) {
      this.buffer.putBack(beats);
      this.logger[isConnectionLoss(err) ? 'warn' : 'error'](
        { err, kept: beats.length },
        'heartbeats could not be written; they are kept and tried again',
      );
    }
  }

  private async write(batch: ParsedBeat[]): Promise<void> {
    const notable = await this.db.transaction(this.ctx, (ctx) => this.repository.write(ctx, batch, hourOf));
    const byId = new Map(batch.map((beat) => [beat.device.siteId, beat]));
    const invalid = new Set<SiteId>();
    for (const row of notable) {
      if (!row.valid) invalid.add(row.siteId);
      await this.derive(row, byId.get(row.siteId)!);
    }
    for (const beat of batch) if (!invalid.has(beat.device.siteId)) await this.storeFacts(beat);
  }

  private async derive(row: NotableBeat, beat: ParsedBeat): Promise<void> {
    const { siteId, teamId } = row;
    if (row.pending) this.hints.addWork(siteId);
    if (!row.valid) {
      // A site that is gone: its router is told to clean up. A router that was replaced: its token is void.
      if (row.generation === null) this.hints.addWork(siteId);
      else this.hints.revoke(siteId, beat.device.generation);
      return;
    }
    const seenAt = new Date(beat.seenAt);
    await this.db.transaction(this.ctx, async (ctx) => {
      if (row.cameOnline) {
        await this.repository.closeOutage(ctx, siteId, seenAt);
        await this.events.publish(ctx, new SiteCameOnline(teamId!, siteId, seenAt, row.offlineSince));
      }
      if (row.rebooted)
        await this.events.publish(ctx, new SiteRebooted(teamId!, siteId, new Date(beat.seenAt - beat.heartbeat.uptimeSeconds! * 1000)));
    });
  }

  private async storeFacts({ device, heartbeat, body }: ParsedBeat): Promise<void> {
    if (body === '') return;
    const facts = lastingFacts(heartbeat);
    const fingerprint = factsFingerprint(facts);
    if (this.stored.get(device.siteId) === fingerprint) return;
    await this.db.transaction(this.ctx, async (ctx) => {
      const changed = await this.repository.writeFacts(ctx, device.siteId, facts, this.clock.now());
      if (changed) await this.events.publish(ctx, new SiteFactsChanged(device.teamId, device.siteId));
    });
    this.stored.set(device.siteId, fingerprint);
  }
}

const HOUR_MS = 3_600_000;
const hourOf = (at: number): Date => new Date(at - (at % HOUR_MS));
