import './entities.js';
import { type DynamicModule, Global, Module, type OnModuleInit } from '@nestjs/common';
import type { Settings } from '../../config/index.js';
import { RunbookService, SeatLimits, SiteService, TeamDirectory } from '../../fleet/index.js';
import { AuditPeople } from '../../platform/audit/index.js';
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
import { AuditLog } from './audit/audit-log.js';
import { AuditController } from './audit/audit.controller.js';
import { IdentityAuditPeople } from './audit/identity-audit-people.js';
import { Cleaning } from './cleaning.js';
import { ApiCredentialsController } from './credentials/api-credentials.controller.js';
import { ApiCredentialsRepository, ApiCredentialsService } from './credentials/api-credentials.service.js';
import { ApiKeysController } from './credentials/api-keys.controller.js';
import { ApiKeysService } from './credentials/api-keys.service.js';
import { CredentialUse } from './credentials/credential-use.js';
import { FEDERATION_CONTROLLERS, FEDERATION_PROVIDERS } from './federation/index.js';
import { FirstStart } from './first-start.js';
import { IdentityTeamDirectory } from './identity-team-directory.js';
import { IdentityService } from './identity.service.js';
import { AccountsDesk } from './internal/accounts-desk.js';
import { M2mController } from './internal/m2m.controller.js';
import { InternalTokens } from './internal-token.js';
import { OidcClients } from './oidc/oidc-clients.js';
import { OidcPages } from './oidc/oidc-pages.js';
import { OidcProvider } from './oidc/oidc-provider.js';
import { OidcRecords } from './oidc/oidc-records.js';
import { WebOrigins } from './oidc/web-origins.js';
import { OidcController } from './oidc/oidc.controller.js';
import { PAGE_CONTROLLERS, PAGE_PROVIDERS } from './pages/index.js';
import { SessionService } from './sessions/session.service.js';
import { SignInFlow } from './sign-in/sign-in-flow.js';
import { Invitations } from './teams/invitations.js';
import { Rights } from './teams/rights.js';
import { RolesController } from './teams/roles.controller.js';
import { RolesService } from './teams/roles.service.js';
import { TeamAccess } from './teams/team-access.js';
import { TeamResources } from './teams/team-resources.js';
import { TeamViews } from './teams/team-views.js';
import { TeamsController } from './teams/teams.controller.js';
import { TeamsService } from './teams/teams.service.js';
import { OrganizationUserLimits, UserLimits } from './teams/user-limits.js';
import { TeamSeatLimits } from './team-seat-limits.js';
import { TokensController } from './tokens.controller.js';
import { FeedbackController } from './users/feedback.controller.js';
import { FeedbackService } from './users/feedback.service.js';
import { ProfileController } from './users/profile.controller.js';
import { Reach } from './users/reach.js';
import { UserDeletion } from './users/user-deletion.js';
import { UsersController } from './users/users.controller.js';
import { UsersRepository } from './users/users.repository.js';
import { UsersService } from './users/users.service.js';
import { Verification } from './users/verification.js';
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
    ...[TokensController, OidcController, AccountController, AncillaryController, AuditController],
    ...[TeamsController, RolesController, ApiCredentialsController, ApiKeysController],
    ...[M2mController, FeedbackController, UsersController, ProfileController],
    ...[WorkspacesController, WorkspaceMembersController, OrganizationsController],
    ...PAGE_CONTROLLERS,
    ...FEDERATION_CONTROLLERS,
  ],
  providers: [
    ...[Authenticator, JwtTokens, PermissionCache, PermissionsRepository, SigningKeys],
    ...[FirstStart, IdentityService],
    ...[AccountLetters, AccountLinks, AccountService, Reauthentication, RegistrationService, Throttle, TwoFactorService],
    ...[OidcClients, OidcPages, OidcProvider, OidcRecords, WebOrigins, SessionService, SignInFlow, Cleaning],
    ...[Invitations, Rights, RolesService, TeamAccess, TeamResources, TeamViews, TeamsService],
    ...[ApiCredentialsRepository, ApiCredentialsService, ApiKeysService, CredentialUse],
    ...[FeedbackService, Reach, UserDeletion, UsersRepository, UsersService, Verification, AccountsDesk],
    { provide: UserLimits, useClass: OrganizationUserLimits },
    ...PAGE_PROVIDERS,
    ...FEDERATION_PROVIDERS,
    AncillaryService,
    AuditLog,
    { provide: AuditPeople, useClass: IdentityAuditPeople },
    { provide: CallerProfile, useClass: AccountProfile },
    ...[WorkspacesRepository, WorkspaceAccess, WorkspacesService, WorkspaceMembersService, OrganizationsService],
    ...[BillingAccounts, Meters, TeamLimits],
    { provide: SeatLimits, useClass: TeamSeatLimits },
    { provide: TeamDirectory, useClass: IdentityTeamDirectory },
  ],
  exports: [
    ...[AuditPeople, IdentityService, FirstStart, SeatLimits, TeamDirectory, TeamResources],
    ...[BillingAccounts, Meters, TeamLimits, WorkspacesService],
  ],
})
export class IdentityModule implements OnModuleInit {
  constructor(
    private readonly resources: TeamResources,
    private readonly sites: SiteService,
    private readonly runbooks: RunbookService,
  ) {}

  /** The fleet knows nothing of identity, so what it has of a team is registered here. */
  onModuleInit(): void {
    this.resources.register({
      name: 'sites',
      count: (ctx) => this.sites.countRecords(ctx),
      erase: (ctx) => this.runbooks.removeAll(ctx),
    });
  }

  static with(parts: { internalToken: string; siteInternalToken: string; settings: Settings }): DynamicModule {
    const tokens = new InternalTokens({
      general: [parts.internalToken, parts.settings.INTERNAL_TOKEN_PREVIOUS],
      site: [parts.siteInternalToken, parts.settings.SITE_INTERNAL_TOKEN_PREVIOUS],
    });
    return { module: IdentityModule, providers: [{ provide: InternalTokens, useValue: tokens }] };
  }
}
