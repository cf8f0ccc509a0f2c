import type { Provider, Type } from '@nestjs/common';
import { CredentialsController } from './credentials.controller.js';
import { RouterCredentials, RouterCredentialsRepository } from './router-credentials.js';

export const CREDENTIALS_CONTROLLERS: Type[] = [CredentialsController];
export const CREDENTIALS_PROVIDERS: Provider[] = [RouterCredentials, RouterCredentialsRepository];
