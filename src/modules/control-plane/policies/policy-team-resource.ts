import { Injectable, type OnModuleInit } from '@nestjs/common';
import { TeamResources } from '../../identity/index.js';
import { PoliciesRepository } from './policies.repository.js';

/** Policies keep no team from being deleted, and go with it. */
@Injectable()
export class PolicyTeamResource implements OnModuleInit {
  constructor(
    private readonly resources: TeamResources,
    private readonly policies: PoliciesRepository,
  ) {}

  onModuleInit(): void {
    this.resources.register({
      name: 'policies',
      count: () => Promise.resolve(0),
      erase: (ctx) => this.policies.removeAll(ctx),
    });
  }
}
