import './entities.js';
import { Module } from '@nestjs/common';
import { FaultRetention } from './fault-retention.js';
import { FaultService } from './fault.service.js';
import { FaultTeamResource } from './fault-team-resource.js';
import { FaultsAcrossTeams, FaultsRepository } from './faults.repository.js';
import { SiteSilence } from './site-silence.js';

/** What went wrong at sites, and when. */
@Module({
  providers: [FaultRetention, FaultService, FaultTeamResource, FaultsAcrossTeams, FaultsRepository, SiteSilence],
  exports: [FaultService],
})
export class FaultsModule {}
