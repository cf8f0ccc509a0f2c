import './entities.js';
import { type DynamicModule, Global, Module } from '@nestjs/common';
import { SeatLimits, TeamDirectory } from '../../fleet/index.js';
import { Authenticator } from './access/authenticator.js';
import { JwtTokens } from './access/jwt.strategy.js';
import { PermissionCache } from './access/permission-cache.js';
import { PermissionsRepository } from './access/permissions.repository.js';
import { SigningKeys } from './access/signing-keys.js';
import { AncillaryController } from './ancillary/ancillary.controller.js';
import { AncillaryService } from './ancillary/ancillary.service.js';
import { CallerProfile, ProvisionalCallerProfile } from './ancillary/index.js';
import { FirstStart } from './first-start.js';
import { IdentityTeamDirectory } from './identity-team-directory.js';
import { IdentityService } from './identity.service.js';
import { InternalToken } from './internal-token.js';
import { SignInService } from './sign-in.service.js';
import { TeamSeatLimits } from './team-seat-limits.js';
import { TokensController } from './tokens.controller.js';

/** Who is who: organizations, teams, people, credentials, and the checks of their tokens. */
@Global()
@Module({
  controllers: [TokensController, AncillaryController],
  providers: [
    ...[Authenticator, JwtTokens, PermissionCache, PermissionsRepository, SigningKeys],
    ...[FirstStart, IdentityService, SignInService],
    AncillaryService,
    { provide: CallerProfile, useClass: ProvisionalCallerProfile },
    { provide: SeatLimits, useClass: TeamSeatLimits },
    { provide: TeamDirectory, useClass: IdentityTeamDirectory },
  ],
  exports: [IdentityService, FirstStart, SeatLimits, TeamDirectory],
})
export class IdentityModule {
  static with(internalToken: string): DynamicModule {
    return { module: IdentityModule, providers: [{ provide: InternalToken, useValue: new InternalToken(internalToken) }] };
  }
}
