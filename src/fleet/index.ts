/** The face of the kernel domain. */
export { SiteBeingDeleted, SiteNotFound } from './errors.js';
export * from './events.js';
export { DeviceScripts } from './adoption/device-scripts.js';
export { FleetModule } from './fleet.module.js';
export { JobService, type JobWish } from './jobs/job.service.js';
export { type SeatLimit, SeatLimits } from './ports/seat-limits.js';
export { TeamDirectory } from './ports/team-directory.js';
export { ManagementPath, type PathState, type WayToRouters } from './ports/management-path.js';
export { type KnownRouter, RouterSnapshots, type RouterSnapshotSource } from './ports/router-snapshots.js';
export { RunbookService } from './runbooks/runbook.service.js';
export { SiteService } from './sites/site.service.js';
export { type SectionDefinition, Sections, type SectionSite } from './sections/section-definition.js';
export { SectionMarker } from './sections/section-marker.js';
export { SectionPreviewDto, toSectionPreviewDto } from './sections/dto/section.dto.js';
export { type SectionPreview, type SectionReport, SectionService } from './sections/section.service.js';
export { type SectionStatus } from './sections/section-state.js';
