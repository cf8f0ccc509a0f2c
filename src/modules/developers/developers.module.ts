import './entities.js';
import { Module } from '@nestjs/common';
import { ControlPlaneModule } from '../control-plane/index.js';
import { FaultsModule } from '../faults/index.js';
import { AsynchronousRequestsAcrossTeams, AsynchronousRequestsRepository } from './asynchronous-requests.repository.js';
import { AsynchronousService } from './asynchronous.service.js';
import { CommandsController } from './commands.controller.js';
import { DeveloperTeamResource } from './developer-team-resource.js';
import { Idempotency, IdempotentRequestsAcrossTeams, IdempotentRequestsRepository } from './idempotency.js';
import { PortForwardsController } from './port-forwards.controller.js';
import { RoutersController } from './routers.controller.js';
import { SynchronousService } from './synchronous.service.js';
import { DeveloperUpkeep } from './upkeep.js';

/** The small API for scripts and integrations: docs/developer-api.md. */
@Module({
  imports: [ControlPlaneModule, FaultsModule],
  controllers: [RoutersController, CommandsController, PortForwardsController],
  providers: [
    ...[AsynchronousRequestsAcrossTeams, AsynchronousRequestsRepository, AsynchronousService, SynchronousService],
    ...[Idempotency, IdempotentRequestsAcrossTeams, IdempotentRequestsRepository, DeveloperTeamResource, DeveloperUpkeep],
  ],
})
export class DevelopersModule {}
