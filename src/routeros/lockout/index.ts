/** What a change would cut off, judged before it is sent. Pure. */
export { predictLockout, type Lockout } from './predict.js';
export { SNAPSHOT_MENUS, type Planned, type PrintedItem, type Snapshot } from './snapshot.js';
export { type Ways } from './ways.js';
