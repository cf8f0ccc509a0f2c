import { Injectable } from '@nestjs/common';
import { type BackupWish, JobService, SiteService } from '../../fleet/index.js';
import { Blobs } from '../../platform/blobs/index.js';
import type { RequestContext, SiteId } from '../../platform/context/index.js';
import { AppKeys } from '../../platform/crypto/index.js';
import type { Slice } from '../../platform/http/index.js';
import {
  compareExports,
  decodeExport,
  type ExportChange,
  isOurs,
  localSubnets,
  maskSecrets,
  parseExport,
  type Subnet,
  unifiedDiff,
} from '../../routeros/export/index.js';
import type { Backup } from './backup.entity.js';
import { BackupsRepository } from './backups.repository.js';
import { BackupNotFound, BackupUnreadable } from './errors.js';
import { fileNameOf, timeOfFile } from './file-name.js';

/** A version with its text, as the caller may see it. */
export interface ReadBackup {
  readonly backup: Backup;
  /** With every secret replaced by a mark, unless the caller may see them. */
  readonly text: string;
  /** The same in bytes: those that the router sent, where nothing was masked. */
  readonly bytes: Buffer;
}

/** The newest version of a site, or why there is none to show. */
export type Latest = { readonly read: ReadBackup } | { readonly problem: string };

/**
 * Configuration backups as people and programs read them. Secrets that an export holds are shown to whoever may run scripts on
 * routers (`job:create`), who could print them there anyway; everybody else sees marks that tell when a secret changed.
 */
@Injectable()
export class BackupService {
  constructor(
    private readonly backups: BackupsRepository,
    private readonly blobs: Blobs,
    private readonly sites: SiteService,
    private readonly jobs: JobService,
    private readonly keys: AppKeys,
  ) {}

  /** Newest first. @throws SiteNotFound */
  async list(ctx: RequestContext, siteId: SiteId, slice: Slice): Promise<Backup[]> {
    const backups = await this.backups.list(ctx, siteId, slice);
    if (!backups.length) await this.sites.require(ctx, siteId); // a site with versions is there
    return backups;
  }

  /** Queues a backup; one that waits already is the same. @throws SiteNotFound, SiteBeingDeleted, BackupUnavailable */
  async request(ctx: RequestContext, siteId: SiteId, wish: BackupWish): Promise<void> {
    await this.jobs.requestBackup(ctx, siteId, wish);
  }

  /** @throws SiteNotFound, BackupNotFound, BackupUnreadable */
  async get(ctx: RequestContext, siteId: SiteId, fileName: string): Promise<ReadBackup> {
    await this.sites.require(ctx, siteId);
    return this.read(ctx, await this.find(ctx, siteId, fileName));
  }

  /** Unified diff, empty where nothing differs that is configuration. @throws SiteNotFound, BackupNotFound, BackupUnreadable */
  async diff(ctx: RequestContext, siteId: SiteId, from: string, to: string): Promise<string> {
    const [a, b] = await this.two(ctx, siteId, from, to);
    return unifiedDiff(a, b, { from, to });
  }

  /** What changed, item by item. Secrets are always masked here. @throws SiteNotFound, BackupNotFound, BackupUnreadable */
  async changes(ctx: RequestContext, siteId: SiteId, from: string, to: string): Promise<ExportChange[]> {
    const [a, b] = await this.two(ctx, siteId, from, to);
    return compareExports(a, b);
  }

  /** Local networks of the newest version; none where there is no version. @throws SiteNotFound, BackupUnreadable */
  async subnets(ctx: RequestContext, siteId: SiteId): Promise<Subnet[]> {
    await this.sites.require(ctx, siteId);
    const newest = await this.backups.newest(ctx, siteId);
    return newest ? localSubnets(parseExport((await this.read(ctx, newest)).text), { isOurs }) : [];
  }

  /** The newest version of each of these sites. A site that is not the team's is told like one that is not there. */
  async latest(ctx: RequestContext, siteIds: readonly SiteId[]): Promise<Map<SiteId, Latest>> {
    const [known, newest] = await Promise.all([this.sites.idsOfTeam(ctx, siteIds), this.backups.newestOf(ctx, siteIds)]);
    const own = new Set(known);
    const backups = new Map(newest.map((backup) => [backup.siteId, backup]));
    const found = new Map<SiteId, Latest>();
    for (const id of siteIds)
      found.set(id, own.has(id) ? await this.latestOf(ctx, backups.get(id)) : { problem: 'There is no such site.' });
    return found;
  }

  private async latestOf(ctx: RequestContext, backup: Backup | undefined): Promise<Latest> {
    if (!backup) return { problem: 'This site has no backup yet.' };
    try {
      return { read: await this.read(ctx, backup) };
    } catch (error) {
      if (error instanceof BackupUnreadable) return { problem: error.message };
      throw error;
    }
  }

  private async two(ctx: RequestContext, siteId: SiteId, from: string, to: string): Promise<readonly [string, string]> {
    await this.sites.require(ctx, siteId);
    const [a, b] = await Promise.all([this.find(ctx, siteId, from), this.find(ctx, siteId, to)]);
    const [before, after] = await Promise.all([this.read(ctx, a), this.read(ctx, b)]);
    return [before.text, after.text];
  }

  private async find(ctx: RequestContext, siteId: SiteId, fileName: string): Promise<Backup> {
    const takenAt = timeOfFile(fileName);
    const backup = takenAt && (await this.backups.find(ctx, siteId, takenAt));
    if (!backup || fileNameOf(backup.takenAt) !== fileName) throw new BackupNotFound();
    return backup;
  }

  private async read(ctx: RequestContext, backup: Backup): Promise<ReadBackup> {
    const content = await this.blobs.read(ctx, backup.blobId).catch((error: unknown) => {
      throw new BackupUnreadable(error);
    });
    const text = decodeExport(content);
    if (ctx.scopes.has('job:create')) return { backup, text, bytes: content };
    const masked = maskSecrets(text, { salt: this.keys.mac(backup.siteId, 'backup-mask') });
    return { backup, text: masked, bytes: Buffer.from(masked) };
  }
}
