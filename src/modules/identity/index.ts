export { type FirstAdministrator, FirstStart } from './first-start.js';
export { IdentityModule } from './identity.module.js';
export { IdentityService, type SystemRoleName } from './identity.service.js';
export { WebOrigins } from './oidc/web-origins.js';
export { OidcClients } from './oidc/oidc-clients.js';
export { SigningKeys } from './access/signing-keys.js';
