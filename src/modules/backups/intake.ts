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
    const text = decodeExport(content);
    const read = readable(text);
    const fingerprint = exportFingerprint(text);
    const before = await this.backups.newest(ctx, ticket.siteId);
    const fresh =
      before?.fingerprint === fingerprint ? undefined : await this.version(ctx, ticket, { content, text, read, fingerprint, before });
    await this.db.transaction(ctx, async (ctx) => {
      if (!(await this.tickets.end(ctx, ticket))) throw new UploadEnded();
      const backup = await this.keep(ctx, fresh ?? before!, fresh !== undefined);
      await this.jobs.noteBackup(ctx, ticket.jobId, storageKeyOf(ticket.siteId, backup.takenAt));
      await this.events.publish(ctx, new BackupTaken(ticket.teamId, ticket.siteId, backup.id, fresh !== undefined, this.clock.now()));
    });
  }

  private async keep(ctx: RequestContext, backup: Backup, isNew: boolean): Promise<Backup> {
    if (isNew) await this.backups.insert(ctx, backup);
    else await this.backups.confirm(ctx, backup, this.clock.now());
    return backup;
  }

  private async version(
    ctx: RequestContext,
    { siteId, teamId, jobId, takenAt }: Ticket,
    {
      content,
      text,
      read,
      fingerprint,
      before,
    }: { content: Buffer; text: string; read: RouterExport; fingerprint: string; before: Backup | null },
  ): Promise<Backup> {
    const { id: blobId } = await this.blobs.keep(ctx, content);
    const { version, model, serial: serialNumber, softwareId } = read.header;
    return {
      ...{
        id: newId<BackupId>(),
        teamId,
        siteId,
        takenAt,
        confirmedAt: this.clock.now(),
        jobId,
        size: content.length,
        blobId,
        fingerprint,
      },
      ...{ version, model, serialNumber, softwareId, changes: before && (await this.changesSince(ctx, before, text)) },
    };
  }

  /** Null where the version before cannot be read: it is no reason to refuse this one. */
  private async changesSince(ctx: RequestContext, before: Backup, text: string): Promise<ChangeSummary | null> {
    try {
      const changes = compareExports(decodeExport(await this.blobs.read(ctx, before.blobId)), text);
      const first = changes.slice(0, SUMMARY_LINES).map((change) => describeChange(change).slice(0, SUMMARY_CHARACTERS));
      return { count: changes.length, first: first.map((line) => line.replaceAll('\0', '')) };
    } catch (err) {
      this.logger.warn({ err, backupId: before.id }, 'a backup could not be compared with the one before');
      return null;
    }
  }
}

/** @throws NotAnExport */
function readable(text: string): RouterExport {
  if (text.trim() === '') throw new NotAnExport('it is empty');
  if (text.includes('\0')) throw new NotAnExport('it holds NUL characters');
  const read = parseExport(text);
  if (read.header.version === null) throw new NotAnExport('it does not begin with a line that names RouterOS and its version');
  if (!read.complete) throw new NotAnExport('the router broke it off');
  return read;
}
