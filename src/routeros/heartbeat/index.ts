/** What routers report about themselves, `key=value;…` (contract: HeartbeatBody, HeartbeatFields). */
export { parseDuration } from './duration.js';
export { hardwareHash } from './hardware-hash.js';
export { looksLikeHeartbeat, parseHeartbeat, type Heartbeat } from './heartbeat.js';
export { DOCUMENTED_KEYS } from './keys.js';
export { readVitals, type Vitals } from './vitals.js';
export { compareVersions, parseVersion, type RouterOsVersion } from './version.js';
