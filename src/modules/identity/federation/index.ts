import type { Provider, Type } from '@nestjs/common';
import { AccountLinking } from './account-linking.js';
import { ConfiguredProviders } from './configured-providers.js';
import { ExternalIssuers } from './external-issuers.js';
import { FederatedLogin } from './federated-login.js';
import { FederatedProviders } from './federated-providers.js';
import { FederationController } from './federation.controller.js';
import { LinkedAccounts } from './linked-accounts.js';
import { IdentitiesController } from './identities.controller.js';

export { type FederatedProvider, FederatedProviders } from './federated-providers.js';
export { type ProblemCode, PROBLEMS } from './problems.js';

export const FEDERATION_CONTROLLERS: Type[] = [FederationController, IdentitiesController];

export const FEDERATION_PROVIDERS: Provider[] = [
  ...[AccountLinking, ConfiguredProviders, ExternalIssuers, FederatedLogin, LinkedAccounts],
  { provide: FederatedProviders, useExisting: ConfiguredProviders },
];
