import type { Provider, Type } from '@nestjs/common';
import { ApiCredentialsController } from './api-credentials.controller.js';
import { ApiCredentialsRepository, ApiCredentialsService } from './api-credentials.service.js';
import { ApiKeysController } from './api-keys.controller.js';
import { ApiKeysService } from './api-keys.service.js';
import { CredentialUse } from './credential-use.js';

export const CREDENTIAL_CONTROLLERS: Type[] = [ApiCredentialsController, ApiKeysController];

export const CREDENTIAL_PROVIDERS: Provider[] = [...[ApiCredentialsRepository, ApiCredentialsService, ApiKeysService, CredentialUse]];
