import { Injectable } from '@nestjs/common';
import { JobService } from '../../fleet/index.js';
import { Blobs } from '../../platform/blobs/index.js';
import { Clock } from '../../platform/clock/clock.js';
import { type BackupId, newId, RequestContext } from '../../platform/context/index.js';
import { Database } from '../../platform/database/index.js';
import { EventBus } from '../../platform/events/index.js';
import { Logger } from '../../platform/telemetry/logger.js';
import {
  compareExports,
  decodeExport,
  describeChange,
  type ExportChange,
  exportFingerprint,
  parseExport,
  type RouterExport,
} from '../../routeros/export/index.js';
import type { Backup, ChangeSummary } from './backup.entity.js';
import { BackupsRepository } from './backups.repository.js';
import { NotAnExport, UploadEnded } from './errors.js';
import { BackupTaken } from './events.js';
import { storageKeyOf } from './file-name.js';
import { type Ticket, Tickets } from './tickets.js';

/** Changes that a version tells by itself. */
const SUMMARY_LINES = 20;
const SUMMARY_CHARACTERS = 300;
const intake = RequestContext.system('backup-intake');

/** An export that came. */
interface Arrival {
  readonly content: Buffer;
  readonly read: RouterExport;
  readonly fingerprint: string;
}

/** What an export is: the newest version again, that version with what it lacked, or a version of its own. */
type Verdict = { readonly kind: 'same' | 'fuller' | 'new'; readonly backup: Backup };

/** Takes complete exports, however they came: a version where something changed, a confirmation of the last one where nothing did. */
@Injectable()
export class Intake {
  constructor(
    private readonly backups: BackupsRepository,
    private readonly tickets: Tickets,
    private readonly blobs: Blobs,
    private readonly jobs: JobService,
    private readonly db: Database,
    private readonly events: EventBus,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  /** @throws NotAnExport, UploadEnded; Error when the store takes nothing. Then nothing is kept, and the ticket stays good. */
  async take(ticket: Ticket, content: Buffer): Promise<void> {
    const ctx = intake.forTeam(ticket.teamId);
    const read = readable(decodeExport(content));
    const arrival = { content, read, fingerprint: exportFingerprint(read) };
    const before = await this.backups.newest(ctx, ticket.siteId);
    const verdict = await this.judge(ctx, ticket, arrival, before);
    await this.db.transaction(ctx, async (ctx) => {
      if (!(await this.tickets.end(ctx, ticket))) throw new UploadEnded();
      // Two exports of a site at once would each be a version, although they are equal.
      await this.db.query(ctx, `SELECT pg_advisory_xact_lock(hashtextextended('backup ' || $1, 0))`, [ticket.siteId]);
      const newest = await this.backups.newest(ctx, ticket.siteId);
      if (newest?.id !== before?.id || newest?.fingerprint !== before?.fingerprint) throw new UploadEnded();
      const backup = await this.keep(ctx, verdict);
      await this.jobs.noteBackup(ctx, ticket.jobId, storageKeyOf(ticket.siteId, backup.takenAt));
      const isNew = verdict.kind === 'new';
      await this.events.publish(ctx, new BackupTaken(ticket.teamId, ticket.siteId, backup.id, isNew, this.clock.now()));
    });
  }

  private async keep(ctx: RequestContext, { kind, backup }: Verdict): Promise<Backup> {
    if (kind === 'new') await this.backups.insert(ctx, backup);
    else if (kind === 'fuller') await this.backups.replace(ctx, backup);
    else await this.backups.confirm(ctx, backup, this.clock.now());
    return backup;
  }

  /**
   * A menu that the router could not export this time (`#error exporting …`) is unknown, not gone: it makes no version. When a later
   * export has what a version lacks, and else says the same, that version gets it.
   */
  private async judge(ctx: RequestContext, ticket: Ticket, arrival: Arrival, before: Backup | null): Promise<Verdict> {
    if (before?.fingerprint === arrival.fingerprint) return { kind: 'same', backup: before };
    const old = before && (await this.read(ctx, before));
    const changes = old && compareExports(old, arrival.read);
    if (before && old && changes?.length === 0 && (old.failedMenus.length || arrival.read.failedMenus.length)) {
      if (arrival.read.failedMenus.length >= old.failedMenus.length) return { kind: 'same', backup: before };
      const earlier = await this.backups.before(ctx, before);
      const read = earlier && (await this.read(ctx, earlier));
      const summary = read && summaryOf(compareExports(read, arrival.read));
      return { kind: 'fuller', backup: { ...before, ...(await this.contentOf(ctx, arrival)), changes: summary } };
    }
    const { siteId, teamId, jobId, takenAt } = ticket;
    const backup = { id: newId<BackupId>(), teamId, siteId, takenAt, jobId, ...(await this.contentOf(ctx, arrival)) };
    return { kind: 'new', backup: { ...backup, changes: changes && summaryOf(changes) } };
  }

  private async contentOf(ctx: RequestContext, { content, read, fingerprint }: Arrival) {
    const { id: blobId } = await this.blobs.keep(ctx, content);
    const { version, model, serial: serialNumber, softwareId } = read.header;
    return { confirmedAt: this.clock.now(), size: content.length, blobId, fingerprint, version, model, serialNumber, softwareId };
  }

  /** Null where a version cannot be read: it is no reason to refuse the next one. */
  private async read(ctx: RequestContext, backup: Backup): Promise<RouterExport | null> {
    try {
      return parseExport(decodeExport(await this.blobs.read(ctx, backup.blobId)));
    } catch (err) {
      this.logger.warn({ err, backupId: backup.id }, 'a backup cannot be read; the next one is kept without a comparison');
      return null;
    }
  }
}

function summaryOf(changes: readonly ExportChange[]): ChangeSummary {
  const first = changes.slice(0, SUMMARY_LINES).map((change) => describeChange(change).slice(0, SUMMARY_CHARACTERS));
  return { count: changes.length, first: first.map((line) => line.replaceAll('\0', '')) };
}

/** @throws NotAnExport */
function readable(text: string): RouterExport {
  if (text.trim() === '') throw new NotAnExport('it is empty');
  if (text.includes('\0')) throw new NotAnExport('it holds NUL characters');
  const read = parseExport(text);
  if (read.header.version === null) throw new NotAnExport('it does not begin with a line that names RouterOS and its version');
  if (!read.complete) throw new NotAnExport('the router broke it off');
  if (!text.endsWith('\n')) throw new NotAnExport('it ends in the middle of a line');
  return read;
}
