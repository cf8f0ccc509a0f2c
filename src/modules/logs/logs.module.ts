import { Module, type OnModuleInit } from '@nestjs/common';
import { OrchestrationLog } from '../../fleet/index.js';
import { TeamResources } from '../identity/index.js';
import { AuditLogGroup } from './audit-log-group.js';
import { CveScanLogGroup } from './cve-scan-log-group.js';
import { LogSearch } from './log-search.js';
import { LogsController } from './logs.controller.js';
import { SiteLogGroup } from './site-log-group.js';

/** Search over the logs that others write. */
@Module({
  controllers: [LogsController],
  providers: [LogSearch, SiteLogGroup, AuditLogGroup, CveScanLogGroup],
})
export class LogsModule implements OnModuleInit {
  constructor(
    private readonly resources: TeamResources,
    private readonly log: OrchestrationLog,
  ) {}

  /** The log of a team's sites outlives them, and goes with the team. */
  onModuleInit(): void {
    this.resources.register({
      name: 'logs',
      count: () => Promise.resolve(0),
      erase: (ctx) => this.log.eraseTeam(ctx),
    });
  }
}
