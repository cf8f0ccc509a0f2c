export { type FirstAdministrator, FirstStart } from './first-start.js';
export { IdentityModule } from './identity.module.js';
export { IdentityService, type SystemRoleName } from './identity.service.js';
