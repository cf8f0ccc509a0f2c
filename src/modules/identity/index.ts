export { TeamDeleted, UserDeleted } from './events.js';
export { type FirstAdministrator, FirstStart } from './first-start.js';
export { IdentityModule } from './identity.module.js';
export { IdentityService, type SystemRoleName } from './identity.service.js';
export { Invitations, type InvitationShown } from './teams/invitations.js';
export { type TeamResource, TeamResources } from './teams/team-resources.js';
export { UserLimits } from './teams/user-limits.js';
