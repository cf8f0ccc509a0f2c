/** Loads every entity of the kernel domain, so that the data source knows them. A test finds files missing here. */
import './jobs/job.entity.js';
import './log/orchestration-event.entity.js';
import './pulse/server-absence.entity.js';
import './pulse/server-presence.entity.js';
import './pulse/site-hour.entity.js';
import './pulse/site-outage.entity.js';
import './pulse/site-pulse.entity.js';
import './pulse/site-stat.entity.js';
import './runbooks/bootstrap-token.entity.js';
import './runbooks/runbook.entity.js';
import './sections/section-content.entity.js';
import './sections/site-section.entity.js';
import './sites/site-visit.entity.js';
import './sites/site.entity.js';
