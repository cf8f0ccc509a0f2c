import { Injectable, type OnModuleInit } from '@nestjs/common';
import { type BackupOrder, BackupTaking, RouterLinks } from '../../fleet/index.js';
import type { RequestContext } from '../../platform/context/index.js';
import { SignedUrls } from '../../platform/crypto/index.js';
import { renderBackup } from '../../routeros/render/index.js';
import type { Script } from '../../routeros/script/index.js';
import { fileNameOf } from './file-name.js';
import { SftpServer } from './sftp/sftp-server.js';
import { Tickets } from './tickets.js';

/** Gives each job that begins with a backup its script, with a password and an address of its own. */
@Injectable()
export class BackupOrders implements OnModuleInit {
  constructor(
    private readonly taking: BackupTaking,
    private readonly tickets: Tickets,
    private readonly urls: SignedUrls,
    private readonly links: RouterLinks,
    private readonly sftp: SftpServer,
  ) {}

  onModuleInit(): void {
    this.taking.provide((ctx, order) => this.prepare(ctx, order));
  }

  private async prepare(ctx: RequestContext, order: BackupOrder): Promise<Script> {
    const { password, takenAt, expiresAt } = await this.tickets.issue(ctx, order);
    const door = this.sftp.publicAddress;
    const { siteId, jobId, version } = order;
    return renderBackup({
      ...{ link: this.links.link, version },
      sftp: door && { ...door, user: siteId, password, name: fileNameOf(takenAt) },
      uploadUrl: this.urls.sign(`/job/${jobId}/backup`, {}, Math.ceil(expiresAt.getTime() / 1000)),
    });
  }
}
