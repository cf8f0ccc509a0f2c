import { Initial1795300000000 } from './1795300000000-initial.js';
import { Workspaces1795310000000 } from './1795310000000-workspaces.js';
import { Identity1795330000000 } from './1795330000000-identity.js';
import { Teams1795340000000 } from './1795340000000-teams.js';
import { Federation1795345000000 } from './1795345000000-federation.js';
import { Audit1795350000000 } from './1795350000000-audit.js';
import { AccessNotices1795360000000 } from './1795360000000-access-notices.js';
import { Tunnel1795400000000 } from './1795400000000-tunnel.js';
import { Sections1795410000000 } from './1795410000000-sections.js';
import { Policies1795420000000 } from './1795420000000-policies.js';
import { RouterAccess1795430000000 } from './1795430000000-router-access.js';
import { Transient1795440000000 } from './1795440000000-transient.js';
import { Vpc1795450000000 } from './1795450000000-vpc.js';
import { Orchestration1795460000000 } from './1795460000000-orchestration.js';
import { OrchestrationLog1795470000000 } from './1795470000000-orchestration-log.js';
import { Faults1795480000000 } from './1795480000000-faults.js';
import { JobNotices1795481000000 } from './1795481000000-job-notices.js';
import { Backups1795490000000 } from './1795490000000-backups.js';
import { JobOrigin1795500000000 } from './1795500000000-job-origin.js';

/** Every migration in order. Forward only; never edited once landed. */
export const migrations = [
  Initial1795300000000,
  Workspaces1795310000000,
  Identity1795330000000,
  Teams1795340000000,
  Federation1795345000000,
  Audit1795350000000,
  AccessNotices1795360000000,
  Tunnel1795400000000,
  Sections1795410000000,
  Policies1795420000000,
  RouterAccess1795430000000,
  Transient1795440000000,
  Vpc1795450000000,
  Orchestration1795460000000,
  OrchestrationLog1795470000000,
  Faults1795480000000,
  JobNotices1795481000000,
  Backups1795490000000,
  JobOrigin1795500000000,
];
