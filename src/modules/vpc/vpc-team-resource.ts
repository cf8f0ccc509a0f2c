import { Injectable, type OnModuleInit } from '@nestjs/common';
import { TeamResources } from '../identity/index.js';
import { PrefixListsRepository } from './prefix-lists.repository.js';
import { SecurityGroupsRepository } from './security-groups.repository.js';

/** Groups and lists keep no team from being deleted, and go with it. */
@Injectable()
export class VpcTeamResource implements OnModuleInit {
  constructor(
    private readonly resources: TeamResources,
    private readonly groups: SecurityGroupsRepository,
    private readonly lists: PrefixListsRepository,
  ) {}

  onModuleInit(): void {
    this.resources.register({
      name: 'security groups and prefix lists',
      count: () => Promise.resolve(0),
      erase: async (ctx) => {
        await this.groups.removeAll(ctx); // their rules hold the lists
        await this.lists.removeAll(ctx);
      },
    });
  }
}
