import './entities.js';
import { Global, Module, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';
import { AccessChecks } from '../platform/access/index.js';
import { RequestContext } from '../platform/context/index.js';
import { HealthChecks } from '../platform/http/index.js';
import { AdoptionController } from './adoption/adoption.controller.js';
import { DeviceScripts } from './adoption/device-scripts.js';
import { AdoptionService } from './adoption/adoption.service.js';
import { ExpressTurn } from './jobs/express-turn.js';
import { JobDispatch } from './jobs/job-dispatch.js';
import { JobService } from './jobs/job.service.js';
import { JobSweep } from './jobs/job-sweep.js';
import { JobReportsController, JobsController } from './jobs/jobs.controller.js';
import { JobsAcrossTeams, JobsRepository } from './jobs/jobs.repository.js';
import { JobsInFlight } from './jobs/jobs-in-flight.js';
import { ReportedJobs } from './jobs/reported-jobs.js';
import { LogPartitions } from './log/log-partitions.js';
import { OrchestrationLog } from './log/orchestration-log.js';
import { OrchestrationLogController } from './log/orchestration-log.controller.js';
import { OrchestrationLogReader } from './log/orchestration-log-reader.js';
import { SiteRuns } from './log/site-runs.js';
import { DeviceTokens } from './poll/device-tokens.js';
import { HeartbeatBuffer } from './poll/heartbeat-buffer.js';
import { Overload } from './poll/overload.js';
import { Pace } from './poll/pace.js';
import { PollLane } from './poll/poll-lane.js';
import { PollController } from './poll/poll.controller.js';
import { PollService } from './poll/poll.service.js';
import { PulseFlush } from './poll/pulse-flush.js';
import { PulseRepository } from './poll/pulse.repository.js';
import { WorkHints } from './poll/work-hints.js';
import { WorkListener } from './poll/work-listener.js';
import { PulseSweep } from './pulse/pulse-sweep.js';
import { ServerPresenceService } from './pulse/server-presence.service.js';
import { StatRetention } from './pulse/stat-retention.js';
import { UptimeController } from './pulse/uptime.controller.js';
import { UptimeService } from './pulse/uptime.service.js';
import { BackupTaking } from './ports/backup-taking.js';
import { ManagementPath } from './ports/management-path.js';
import { RouterLeftovers } from './ports/router-leftovers.js';
import { RouterNudge } from './ports/router-nudge.js';
import { RouterSnapshots } from './ports/router-snapshots.js';
import { RouterLinks } from './router-links.js';
import { RunbookService } from './runbooks/runbook.service.js';
import { RunbooksController } from './runbooks/runbooks.controller.js';
import { BootstrapTokensAcrossTeams, BootstrapTokensRepository, RunbooksRepository } from './runbooks/runbooks.repository.js';
import { SectionDelivery } from './sections/section-delivery.js';
import { Sections } from './sections/section-definition.js';
import { SectionsAhead } from './sections/sections-ahead.js';
import { SectionMarker } from './sections/section-marker.js';
import { SectionReports } from './sections/section-reports.js';
import { SectionWishes } from './sections/section-wishes.js';
import { SectionSteps } from './sections/section-steps.js';
import { SectionReportsController, SectionsController } from './sections/sections.controller.js';
import { SectionService } from './sections/section.service.js';
import { SectionsRepository } from './sections/sections.repository.js';
import { DeletionSweep } from './sites/deletion-sweep.js';
import { SiteService } from './sites/site.service.js';
import { SitesAcrossTeams } from './sites/sites-across-teams.js';
import { SitesInternalController } from './sites/sites-internal.controller.js';
import { SitesController } from './sites/sites.controller.js';
import { SitesRepository } from './sites/sites.repository.js';

/** The kernel domain: sites, runbooks, adoption, the poll path, jobs. */
@Global()
@Module({
  controllers: [
    SitesInternalController,
    SitesController,
    UptimeController,
    JobsController,
    JobReportsController,
    RunbooksController,
    PollController,
    AdoptionController,
    SectionsController,
    SectionReportsController,
    OrchestrationLogController,
  ],
  providers: [
    ...[SitesRepository, SitesAcrossTeams, SiteService, DeletionSweep],
    ...[JobsRepository, JobsAcrossTeams, ReportedJobs, JobsInFlight, JobService, JobDispatch, JobSweep, ExpressTurn, RouterLeftovers],
    ...[RunbooksRepository, BootstrapTokensRepository, BootstrapTokensAcrossTeams, RunbookService, AdoptionService, DeviceScripts],
    ...[
      PollService,
      PollLane,
      DeviceTokens,
      HeartbeatBuffer,
      WorkHints,
      WorkListener,
      PulseRepository,
      PulseFlush,
      Overload,
      Pace,
      RouterLinks,
    ],
    ...[
      Sections,
      SectionsRepository,
      SectionWishes,
      SectionDelivery,
      SectionsAhead,
      SectionReports,
      SectionMarker,
      SectionService,
      ManagementPath,
    ],
    ...[BackupTaking, RouterNudge, RouterSnapshots],
    ...[ServerPresenceService, PulseSweep, UptimeService, StatRetention],
    ...[OrchestrationLog, OrchestrationLogReader, LogPartitions, SectionSteps, SiteRuns],
  ],
  exports: [
    SiteService,
    JobService,
    RunbookService,
    DeviceTokens,
    Sections,
    SectionMarker,
    SectionService,
    ManagementPath,
    RouterNudge,
    RouterSnapshots,
    DeviceScripts,
    RouterLeftovers,
    BackupTaking,
    RouterLinks,
    UptimeService,
    OrchestrationLog,
    OrchestrationLogReader,
  ],
})
export class FleetModule implements OnModuleInit {
  constructor(
    private readonly host: HttpAdapterHost,
    private readonly overload: Overload,
    private readonly checks: AccessChecks,
    private readonly health: HealthChecks,
    private readonly buffer: HeartbeatBuffer,
  ) {}

  onModuleInit(): void {
    // The token is part of the path and judged by the use case, which knows what became of it.
    this.checks.register('runbook', (request) => RequestContext.of({ kind: 'public' }, { requestId: request.id }));
    this.health.register('heartbeats', () => Promise.resolve({ buffered: this.buffer.size, shed: this.overload.shed }));
    this.shedHeartbeats(this.host.httpAdapter.getInstance<FastifyInstance>());
  }

  /** Under overload a heartbeat is answered before its body is read; see Overload. */
  private shedHeartbeats(fastify: FastifyInstance): void {
    fastify.addHook('onRequest', (request, reply, done) => {
      if (!this.overload.isBehind || request.routeOptions.url !== '/poll') return done();
      this.overload.shed++;
      void reply.status(200).header('content-type', 'text/plain; charset=utf-8').send('');
    });
  }
}
