import './entities.js';
import { type DynamicModule, Global, Module } from '@nestjs/common';
import { SeatLimits, TeamDirectory } from '../../fleet/index.js';
import { Authenticator } from './access/authenticator.js';
import { JwtTokens } from './access/jwt.strategy.js';
import { PermissionCache } from './access/permission-cache.js';
import { PermissionsRepository } from './access/permissions.repository.js';
import { SigningKeys } from './access/signing-keys.js';
import { AccountLetters } from './accounts/account-letters.js';
import { AccountLinks } from './accounts/account-links.js';
import { AccountController } from './accounts/account.controller.js';
import { AccountProfile } from './accounts/account-profile.js';
import { AccountService } from './accounts/account.service.js';
import { Reauthentication } from './accounts/reauthentication.js';
import { RegistrationService } from './accounts/registration.service.js';
import { Throttle } from './accounts/throttle.js';
import { TwoFactorService } from './accounts/two-factor.service.js';
import { AncillaryController } from './ancillary/ancillary.controller.js';
import { AncillaryService } from './ancillary/ancillary.service.js';
import { CallerProfile } from './ancillary/index.js';
import { Cleaning } from './cleaning.js';
import { FEDERATION_CONTROLLERS, FEDERATION_PROVIDERS } from './federation/index.js';
import { FirstStart } from './first-start.js';
import { IdentityTeamDirectory } from './identity-team-directory.js';
import { IdentityService } from './identity.service.js';
import { InternalToken } from './internal-token.js';
import { OidcClients } from './oidc/oidc-clients.js';
import { OidcPages } from './oidc/oidc-pages.js';
import { OidcProvider } from './oidc/oidc-provider.js';
import { OidcRecords } from './oidc/oidc-records.js';
import { WebOrigins } from './oidc/web-origins.js';
import { OidcController } from './oidc/oidc.controller.js';
import { SessionService } from './sessions/session.service.js';
import { SignInFlow } from './sign-in/sign-in-flow.js';
import { TeamSeatLimits } from './team-seat-limits.js';
import { TokensController } from './tokens.controller.js';
import { BillingAccounts } from './workspaces/billing-accounts.js';
import { Meters } from './workspaces/meters.js';
import { OrganizationsController } from './workspaces/organizations.controller.js';
import { OrganizationsService } from './workspaces/organizations.service.js';
import { TeamLimits } from './workspaces/team-limits.js';
import { WorkspaceAccess } from './workspaces/workspace-access.js';
import { WorkspaceMembersService } from './workspaces/workspace-members.service.js';
import { WorkspaceMembersController, WorkspacesController } from './workspaces/workspaces.controller.js';
import { WorkspacesRepository } from './workspaces/workspaces.repository.js';
import { WorkspacesService } from './workspaces/workspaces.service.js';

/** Who is who: organizations, teams, people, credentials, and the checks of their tokens. */
@Global()
@Module({
  controllers: [
    ...[TokensController, OidcController, AccountController, AncillaryController],
    ...[WorkspacesController, WorkspaceMembersController, OrganizationsController],
    ...FEDERATION_CONTROLLERS,
  ],
  providers: [
    ...[Authenticator, JwtTokens, PermissionCache, PermissionsRepository, SigningKeys],
    ...[FirstStart, IdentityService],
    ...[AccountLetters, AccountLinks, AccountService, Reauthentication, RegistrationService, Throttle, TwoFactorService],
    ...[OidcClients, OidcPages, OidcProvider, OidcRecords, WebOrigins, SessionService, SignInFlow, Cleaning],
    ...FEDERATION_PROVIDERS,
    AncillaryService,
    { provide: CallerProfile, useClass: AccountProfile },
    ...[WorkspacesRepository, WorkspaceAccess, WorkspacesService, WorkspaceMembersService, OrganizationsService],
    ...[BillingAccounts, Meters, TeamLimits],
    { provide: SeatLimits, useClass: TeamSeatLimits },
    { provide: TeamDirectory, useClass: IdentityTeamDirectory },
  ],
  exports: [IdentityService, FirstStart, SeatLimits, TeamDirectory, BillingAccounts, Meters, TeamLimits, WorkspacesService],
})
export class IdentityModule {
  static with(internalToken: string): DynamicModule {
    return { module: IdentityModule, providers: [{ provide: InternalToken, useValue: new InternalToken(internalToken) }] };
  }
}
