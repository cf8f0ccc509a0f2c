export { type FirstAdministrator, FirstStart } from './first-start.js';
export { IdentityModule } from './identity.module.js';
export { IdentityService, type SystemRoleName } from './identity.service.js';
export { type BillingAccountDirectory, BillingAccounts } from './workspaces/billing-accounts.js';
export { type MeterCount, Meters } from './workspaces/meters.js';
export { TeamLimits } from './workspaces/team-limits.js';
export { WorkspacesService } from './workspaces/workspaces.service.js';
