import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Blobs } from '../../platform/blobs/index.js';
import { TeamResources } from '../identity/index.js';
import { BackupsRepository } from './backups.repository.js';

/** Backups keep no team from being deleted, and go with it; so do the contents of everything else that the team has. */
@Injectable()
export class BackupsTeamResource implements OnModuleInit {
  constructor(
    private readonly resources: TeamResources,
    private readonly backups: BackupsRepository,
    private readonly blobs: Blobs,
  ) {}

  onModuleInit(): void {
    this.blobs.registerReference('backup', 'blob_id');
    this.resources.register({
      name: 'backups',
      count: () => Promise.resolve(0),
      erase: async (ctx) => {
        await this.backups.removeAll(ctx);
        await this.blobs.eraseTeam(ctx);
      },
    });
  }
}
