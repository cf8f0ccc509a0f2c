import type { BackupId, SiteId, TeamId } from '../../platform/context/index.js';
import { DomainEvent } from '../../platform/events/index.js';

/** A router brought its configuration. */
export class BackupTaken extends DomainEvent {
  constructor(
    readonly teamId: TeamId,
    readonly siteId: SiteId,
    /** The version that it is; an older one when nothing changed. */
    readonly backupId: BackupId,
    readonly isNew: boolean,
    readonly at: Date,
  ) {
    super();
  }
}
