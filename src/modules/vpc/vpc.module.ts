import './entities.js';
import { Module } from '@nestjs/common';
import { ControlPlaneModule } from '../control-plane/index.js';
import { PrefixListService } from './prefix-list.service.js';
import { PrefixListsController } from './prefix-lists.controller.js';
import { PrefixListsRepository } from './prefix-lists.repository.js';
import { ReferenceController } from './reference.controller.js';
import { Rollout } from './rollout.js';
import { SecurityGroupService } from './security-group.service.js';
import { SecurityGroupsController } from './security-groups.controller.js';
import { SecurityGroupsRepository } from './security-groups.repository.js';
import { SiteContents } from './site-contents.js';
import { VpcSection } from './vpc-section.js';
import { VpcTeamResource } from './vpc-team-resource.js';

/** Firewall rules for what passes through the routers of many sites. */
@Module({
  imports: [ControlPlaneModule],
  controllers: [SecurityGroupsController, PrefixListsController, ReferenceController],
  providers: [
    ...[PrefixListService, PrefixListsRepository, Rollout, SecurityGroupService, SecurityGroupsRepository],
    ...[SiteContents, VpcSection, VpcTeamResource],
  ],
})
export class VpcModule {}
