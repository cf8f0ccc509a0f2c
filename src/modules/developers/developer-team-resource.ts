import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Webhooks } from '../../platform/outbound/index.js';
import { TeamResources } from '../identity/index.js';

/** Messages and their secret keep no team from being deleted, and go with it. Requests go with their sites. */
@Injectable()
export class DeveloperTeamResource implements OnModuleInit {
  constructor(
    private readonly resources: TeamResources,
    private readonly webhooks: Webhooks,
  ) {}

  onModuleInit(): void {
    this.resources.register({ name: 'webhooks', count: () => Promise.resolve(0), erase: (ctx) => this.webhooks.forgetTeam(ctx) });
  }
}
