import { Injectable } from '@nestjs/common';
import { Settings } from '../../config/index.js';
import { type JobId, RequestContext } from '../../platform/context/index.js';
import { Database } from '../../platform/database/index.js';
import { PayloadTooLarge, ValidationFailed } from '../../platform/errors/index.js';
import { UploadEnded } from './errors.js';
import { Intake } from './intake.js';
import { type Ticket, Tickets } from './tickets.js';

const RANGE = /^bytes (\d{1,10})-(\d{1,10})\/(\d{1,10})$/;
const DO_NOT_FIT = 'Content-Range does not fit the pieces before: all name one total, and none overlaps another';
const MEGABYTE = 1_048_576;
const system = RequestContext.system('backup-parts');

/** Bytes `first` to `last` of `total`. */
export interface PartRange {
  readonly first: number;
  readonly last: number;
  readonly total: number;
}

/** Reads a Content-Range (RFC 9110, 14.4) that fits its body. @throws ValidationFailed */
export function readRange(header: string | undefined, length: number): PartRange {
  const [first, last, total] = (RANGE.exec(header ?? '') ?? []).slice(1).map(Number);
  if (first === undefined || last === undefined || total === undefined || first > last || last >= total)
    throw new ValidationFailed({ 'Content-Range': ['Content-Range must name the bytes of this piece, such as bytes 0-32767/200000'] });
  if (last - first + 1 !== length)
    throw new ValidationFailed({ 'Content-Range': [`Content-Range names ${last - first + 1} bytes, and the body has ${length}`] });
  return { first, last, total };
}

/** Exports that come over HTTPS in pieces, in any process; the last piece makes them whole. */
@Injectable()
export class Parts {
  constructor(
    private readonly tickets: Tickets,
    private readonly intake: Intake,
    private readonly db: Database,
    private readonly settings: Settings,
  ) {}

  /**
   * Takes a piece. True when the export is complete and kept, also before: a router whose answer was lost asks again.
   * @throws UploadEnded, PayloadTooLarge, NotAnExport, ValidationFailed
   */
  async take(jobId: JobId, { first, total }: PartRange, bytes: Buffer): Promise<boolean> {
    const limit = this.settings.BACKUP_MAX_MB * MEGABYTE;
    if (total > limit) throw new PayloadTooLarge(`The export has ${total} bytes; at most ${limit} are taken.`);
    const whole = await this.db.transaction(system, async (ctx) => {
      const ticket = await this.tickets.lock(ctx, jobId);
      if (!ticket) throw new UploadEnded();
      if (ticket.isEnded) return 'kept';
      await this.db.query(
        ctx,
        `INSERT INTO backup_part (job_id, start, team_id, bytes) VALUES ($1, $2, $3, $4) ON CONFLICT (job_id, start) DO UPDATE SET bytes = EXCLUDED.bytes`,
        [jobId, first, ticket.teamId, bytes],
      );
      return this.whole(ctx, ticket, total);
    });
    if (whole === 'kept') return true;
    if (!whole) return false;
    await this.intake.take(whole.ticket, whole.content);
    await this.db.query(system, `DELETE FROM backup_part WHERE job_id = $1`, [jobId]);
    return true;
  }

  /** The content, when no byte of it is missing. @throws ValidationFailed for pieces of which no whole can come */
  private async whole(ctx: RequestContext, ticket: Ticket, total: number): Promise<{ ticket: Ticket; content: Buffer } | undefined> {
    const sizes = await this.db.query<{ start: number; size: number }>(
      ctx,
      `SELECT start, length(bytes) AS size FROM backup_part WHERE job_id = $1 ORDER BY start`,
      [ticket.jobId],
    );
    let [end, isGapless, fits] = [0, true, true];
    for (const { start, size } of sizes) {
      fits &&= start >= end; // pieces that overlap would let a router store any amount
      isGapless &&= start <= end;
      end = start + size;
    }
    if (!fits || end > total) throw new ValidationFailed({ 'Content-Range': [DO_NOT_FIT] });
    if (!isGapless || end < total) return undefined;
    const parts = await this.db.query<{ start: number; bytes: Buffer }>(
      ctx,
      `SELECT start, bytes FROM backup_part WHERE job_id = $1 ORDER BY start`,
      [ticket.jobId],
    );
    const content = Buffer.alloc(total);
    for (const { start, bytes } of parts) bytes.copy(content, start);
    return { ticket, content };
  }
}
