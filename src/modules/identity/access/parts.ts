import type { Provider, Type } from '@nestjs/common';
import { Authenticator } from './authenticator.js';
import { JwtTokens } from './jwt.strategy.js';
import { PermissionCache } from './permission-cache.js';
import { PermissionsRepository } from './permissions.repository.js';
import { SigningKeys } from './signing-keys.js';
import { TokensController } from './tokens.controller.js';

export const ACCESS_CONTROLLERS: Type[] = [TokensController];

export const ACCESS_PROVIDERS: Provider[] = [...[Authenticator, JwtTokens, PermissionCache, PermissionsRepository, SigningKeys]];
