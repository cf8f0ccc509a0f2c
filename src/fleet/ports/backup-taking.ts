import { Injectable } from '@nestjs/common';
import type { JobId, RequestContext, SiteId, TeamId } from '../../platform/context/index.js';
import { type Script, script } from '../../routeros/script/index.js';

/** A job that begins with a backup, on its way to the router. */
export interface BackupOrder {
  readonly jobId: JobId;
  readonly teamId: TeamId;
  readonly siteId: SiteId;
  /** RouterOS version of the router. */
  readonly version: string;
}

/** Renders what makes a router export its configuration and bring it to us. */
export type BackupTaker = (ctx: RequestContext, order: BackupOrder) => Promise<Script>;

/** Backups before jobs. Whoever keeps backups provides the script at start-up; without one, jobs that ask for a backup are refused. */
@Injectable()
export class BackupTaking {
  private taker: BackupTaker | undefined;

  /** At start-up (`onModuleInit`). */
  provide(taker: BackupTaker): void {
    this.taker = taker;
  }

  get isAvailable(): boolean {
    return this.taker !== undefined;
  }

  /** Raises an error on the router where nobody keeps backups any more. */
  prepare(ctx: RequestContext, order: BackupOrder): Promise<Script> {
    return this.taker?.(ctx, order) ?? Promise.resolve(script((s) => s.error('This server keeps no backups.')));
  }
}
