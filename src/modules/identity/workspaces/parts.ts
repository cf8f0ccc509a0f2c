import type { Provider, Type } from '@nestjs/common';
import { SeatLimits } from '../../../fleet/index.js';
import { BillingAccounts } from './billing-accounts.js';
import { Meters } from './meters.js';
import { OrganizationsController } from './organizations.controller.js';
import { OrganizationsService } from './organizations.service.js';
import { TeamLimits } from './team-limits.js';
import { TeamSeatLimits } from './team-seat-limits.js';
import { WorkspaceAccess } from './workspace-access.js';
import { WorkspaceMembersService } from './workspace-members.service.js';
import { WorkspaceMembersController, WorkspacesController } from './workspaces.controller.js';
import { WorkspacesRepository } from './workspaces.repository.js';
import { WorkspacesService } from './workspaces.service.js';

export const WORKSPACE_CONTROLLERS: Type[] = [WorkspacesController, WorkspaceMembersController, OrganizationsController];

export const WORKSPACE_PROVIDERS: Provider[] = [
  ...[
    WorkspacesRepository,
    WorkspaceAccess,
    WorkspacesService,
    WorkspaceMembersService,
    OrganizationsService,
    BillingAccounts,
    Meters,
    TeamLimits,
  ],
  { provide: SeatLimits, useClass: TeamSeatLimits },
];
