/** The face of the kernel domain. */
export { SiteBeingDeleted, SiteNotFound } from './errors.js';
export * from './events.js';
export { FleetModule } from './fleet.module.js';
export { JobService, type JobWish } from './jobs/job.service.js';
export { type SeatLimit, SeatLimits } from './ports/seat-limits.js';
export { TeamDirectory } from './ports/team-directory.js';
export { RunbookService } from './runbooks/runbook.service.js';
export { SiteService } from './sites/site.service.js';
