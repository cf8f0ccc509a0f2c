import { Injectable } from '@nestjs/common';
import type { RequestContext, WorkspaceId } from '../../../platform/context/index.js';

/** What workspaces ask of whoever keeps billing accounts. */
export interface BillingAccountDirectory {
  exists(ctx: RequestContext, workspaceId: WorkspaceId, accountId: string): Promise<boolean>;
  hasActiveSubscriptions(ctx: RequestContext, workspaceId: WorkspaceId): Promise<boolean>;
}

/**
 * Where billing makes itself known. While nobody has, an installation sells nothing: no organization needs an account, a
 * reference to one outside is kept as given, and no subscription is active.
 */
@Injectable()
export class BillingAccounts {
  private known?: BillingAccountDirectory;

  /** @throws Error when there is one already */
  register(directory: BillingAccountDirectory): void {
    if (this.known) throw new Error('There are two directories of billing accounts.');
    this.known = directory;
  }

  get directory(): BillingAccountDirectory | undefined {
    return this.known;
  }
}
