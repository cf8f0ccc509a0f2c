import type { Provider, Type } from '@nestjs/common';
import { TeamDirectory } from '../../../fleet/index.js';
import { IdentityTeamDirectory } from './identity-team-directory.js';
import { Invitations } from './invitations.js';
import { Rights } from './rights.js';
import { RolesController } from './roles.controller.js';
import { RolesService } from './roles.service.js';
import { TeamAccess } from './team-access.js';
import { TeamResources } from './team-resources.js';
import { TeamViews } from './team-views.js';
import { TeamsController } from './teams.controller.js';
import { TeamsService } from './teams.service.js';
import { OrganizationUserLimits, UserLimits } from './user-limits.js';

export const TEAM_CONTROLLERS: Type[] = [TeamsController, RolesController];

export const TEAM_PROVIDERS: Provider[] = [
  ...[Invitations, Rights, RolesService, TeamAccess, TeamResources, TeamViews, TeamsService],
  { provide: UserLimits, useClass: OrganizationUserLimits },
  { provide: TeamDirectory, useClass: IdentityTeamDirectory },
];
