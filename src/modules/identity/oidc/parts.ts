import type { Provider, Type } from '@nestjs/common';
import { OidcClients } from './oidc-clients.js';
import { OidcPages } from './oidc-pages.js';
import { OidcProvider } from './oidc-provider.js';
import { OidcRecords } from './oidc-records.js';
import { OidcController } from './oidc.controller.js';
import { WebOrigins } from './web-origins.js';

export const OIDC_CONTROLLERS: Type[] = [OidcController];

export const OIDC_PROVIDERS: Provider[] = [...[OidcClients, OidcPages, OidcProvider, OidcRecords, WebOrigins]];
