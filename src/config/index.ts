export type { ExternalIssuerEntry, IdentityProviderEntry, ProviderKind } from './federation.config.js';
export { envExample, isHttps, readSettings, Settings } from './settings.js';
export { InvalidEnvironment } from './variable.js';
