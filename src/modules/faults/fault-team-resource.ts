import { Injectable, type OnModuleInit } from '@nestjs/common';
import { TeamResources } from '../identity/index.js';
import { FaultsRepository } from './faults.repository.js';

/** Faults keep no team from being deleted, and go with it. */
@Injectable()
export class FaultTeamResource implements OnModuleInit {
  constructor(
    private readonly resources: TeamResources,
    private readonly faults: FaultsRepository,
  ) {}

  onModuleInit(): void {
    this.resources.register({ name: 'faults', count: () => Promise.resolve(0), erase: (ctx) => this.faults.removeAll(ctx) });
  }
}
