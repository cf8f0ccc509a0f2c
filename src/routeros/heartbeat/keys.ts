/** Keys of the heartbeat in the contract's order (mikrotik.yaml, HeartbeatFields, x-key-order). */
export const DOCUMENTED_KEYS = [
  'name',
  'serial-number',
  'architecture-name',
  'routerboard',
  'platform',
  'model',
  'board-name',
  'revision',
  'cpu',
  'cpu-count',
  'cpu-frequency',
  'cpu-load',
  'total-memory',
  'free-memory',
  'total-hdd-space',
  'free-hdd-space',
  'software-id',
  'build-time',
  'level',
  'version',
  'factory-software',
  'factory-firmware',
  'current-firmware',
  'upgrade-firmware',
  'firmware-type',
  'uptime',
] as const;

/** Same fact under the name of another board or release: a CHR's licence, a RouterBOARD's licence. */
export const ALIASES = { 'system-id': 'software-id', nlevel: 'level' } as const;

/**
 * What `:tostr` of /system resource, routerboard and license also prints. Not read, but a value ends before them even where it is free
 * text: a router's name may hold `;` and `=`.
 */
export const OTHER_KEYS = [
  'bad-blocks',
  'write-sect-since-reboot',
  'write-sect-total',
  'cpu-model',
  'features',
  'deadline-at',
  'next-renewal-at',
  'limited-upgrades',
  'expires-in',
  'upgradable-to',
] as const;
