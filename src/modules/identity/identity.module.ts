import './entities.js';
import { type DynamicModule, Global, Module, type OnModuleInit } from '@nestjs/common';
import type { Settings } from '../../config/index.js';
import { RunbookService, SeatLimits, SiteService, TeamDirectory } from '../../fleet/index.js';
import { AuditPeople } from '../../platform/audit/index.js';
import { InternalTokens } from './access/internal-token.js';
import { ACCESS_CONTROLLERS, ACCESS_PROVIDERS } from './access/parts.js';
import { ACCOUNT_CONTROLLERS, ACCOUNT_PROVIDERS } from './accounts/parts.js';
import { AncillaryController } from './ancillary/ancillary.controller.js';
import { AncillaryService } from './ancillary/ancillary.service.js';
import { CallerDates } from './ancillary/index.js';
import { AuditLog } from './audit/audit-log.js';
import { AUDIT_CONTROLLERS, AUDIT_PROVIDERS } from './audit/parts.js';
import { Cleaning } from './cleaning.js';
import { CREDENTIAL_CONTROLLERS, CREDENTIAL_PROVIDERS } from './credentials/parts.js';
import { FEDERATION_CONTROLLERS, FEDERATION_PROVIDERS } from './federation/index.js';
import { FirstStart } from './first-start.js';
import { IdentityService } from './identity.service.js';
import { AccountsDesk } from './internal/accounts-desk.js';
import { M2mController } from './internal/m2m.controller.js';
import { OIDC_CONTROLLERS, OIDC_PROVIDERS } from './oidc/parts.js';
import { PAGE_CONTROLLERS, PAGE_PROVIDERS } from './pages/parts.js';
import { SessionService } from './sessions/session.service.js';
import { SignInFlow } from './sign-in/sign-in-flow.js';
import { TEAM_CONTROLLERS, TEAM_PROVIDERS } from './teams/parts.js';
import { TeamResources } from './teams/team-resources.js';
import { USER_CONTROLLERS, USER_PROVIDERS } from './users/parts.js';
import { BillingAccounts } from './workspaces/billing-accounts.js';
import { Meters } from './workspaces/meters.js';
import { WORKSPACE_CONTROLLERS, WORKSPACE_PROVIDERS } from './workspaces/parts.js';
import { TeamLimits } from './workspaces/team-limits.js';
import { WorkspacesService } from './workspaces/workspaces.service.js';

/** Who is who: organizations, teams, people, credentials, and the checks of their tokens. */
@Global()
@Module({
  controllers: [
    ...ACCESS_CONTROLLERS,
    ...ACCOUNT_CONTROLLERS,
    ...OIDC_CONTROLLERS,
    ...TEAM_CONTROLLERS,
    ...CREDENTIAL_CONTROLLERS,
    ...USER_CONTROLLERS,
    ...WORKSPACE_CONTROLLERS,
    ...AUDIT_CONTROLLERS,
    ...PAGE_CONTROLLERS,
    ...FEDERATION_CONTROLLERS,
    ...[AncillaryController, M2mController],
  ],
  providers: [
    ...ACCESS_PROVIDERS,
    ...ACCOUNT_PROVIDERS,
    ...OIDC_PROVIDERS,
    ...TEAM_PROVIDERS,
    ...CREDENTIAL_PROVIDERS,
    ...USER_PROVIDERS,
    ...WORKSPACE_PROVIDERS,
    ...AUDIT_PROVIDERS,
    ...PAGE_PROVIDERS,
    ...FEDERATION_PROVIDERS,
    ...[AccountsDesk, AncillaryService, CallerDates, Cleaning, FirstStart, IdentityService, SessionService, SignInFlow],
  ],
  exports: [
    ...[AuditLog, AuditPeople, IdentityService, FirstStart, SeatLimits, TeamDirectory, TeamResources],
    ...[BillingAccounts, CallerDates, Meters, TeamLimits, WorkspacesService],
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
