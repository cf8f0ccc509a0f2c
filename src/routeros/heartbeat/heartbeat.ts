import { parseDuration } from './duration.js';
import { parseQuantity } from './quantity.js';
import { ALIASES, DOCUMENTED_KEYS, OTHER_KEYS } from './keys.js';

/** What a router told about itself. A field is missing when its key was missing, empty or not of its type; the stored value then stays. */
export interface Heartbeat {
  /** The router's own name (`name=`). */
  identity?: string;
  serialNumber?: string;
  architectureName?: string;
  routerboard?: boolean;
  platform?: string;
  model?: string;
  boardName?: string;
  revision?: string;
  cpu?: string;
  cpuCount?: number;
  cpuFrequencyMhz?: number;
  cpuLoadPercent?: number;
  totalMemoryBytes?: number;
  freeMemoryBytes?: number;
  totalHddBytes?: number;
  freeHddBytes?: number;
  softwareId?: string;
  buildTime?: string;
  licenceLevel?: string;
  /** As reported: "7.16.2 (stable)"; see `parseVersion`. */
  version?: string;
  factorySoftware?: string;
  factoryFirmware?: string;
  currentFirmware?: string;
  upgradeFirmware?: string;
  firmwareType?: string;
  uptimeSeconds?: number;
  /** Keys we do not know, at most 32; an object without prototype, so that no key of a router's can harm. */
  unknown: Record<string, string>;
}

type TextField =
  | 'identity'
  | 'serialNumber'
  | 'architectureName'
  | 'platform'
  | 'model'
  | 'boardName'
  | 'revision'
  | 'cpu'
  | 'softwareId'
  | 'buildTime'
  | 'licenceLevel'
  | 'version'
  | 'factorySoftware'
  | 'factoryFirmware'
  | 'currentFirmware'
  | 'upgradeFirmware'
  | 'firmwareType';
type NumberField =
  'cpuCount' | 'cpuFrequencyMhz' | 'cpuLoadPercent' | 'totalMemoryBytes' | 'freeMemoryBytes' | 'totalHddBytes' | 'freeHddBytes';
type Reader = (heartbeat: Heartbeat, value: string) => void;
type DocumentedKey = (typeof DOCUMENTED_KEYS)[number];

const text =
  (field: TextField): Reader =>
  (heartbeat, value) => {
    heartbeat[field] = value;
  };

const quantity =
  (field: NumberField): Reader =>
  (heartbeat, value) => {
    const number = parseQuantity(value);
    if (number !== null) heartbeat[field] = number;
  };

const DOCUMENTED: Readonly<Record<DocumentedKey, Reader>> = {
  name: text('identity'),
  'serial-number': text('serialNumber'),
  'architecture-name': text('architectureName'),
  routerboard: (heartbeat, value) => {
    if (value === 'true' || value === 'yes') heartbeat.routerboard = true;
    else if (value === 'false' || value === 'no') heartbeat.routerboard = false;
  },
  platform: text('platform'),
  model: text('model'),
  'board-name': text('boardName'),
  revision: text('revision'),
  cpu: text('cpu'),
  'cpu-count': quantity('cpuCount'),
  'cpu-frequency': quantity('cpuFrequencyMhz'),
  'cpu-load': quantity('cpuLoadPercent'),
  'total-memory': quantity('totalMemoryBytes'),
  'free-memory': quantity('freeMemoryBytes'),
  'total-hdd-space': quantity('totalHddBytes'),
  'free-hdd-space': quantity('freeHddBytes'),
  'software-id': text('softwareId'),
  'build-time': text('buildTime'),
  level: text('licenceLevel'),
  version: text('version'),
  'factory-software': text('factorySoftware'),
  'factory-firmware': text('factoryFirmware'),
  'current-firmware': text('currentFirmware'),
  'upgrade-firmware': text('upgradeFirmware'),
  'firmware-type': text('firmwareType'),
  uptime: (heartbeat, value) => {
    const seconds = parseDuration(value);
    if (seconds !== null) heartbeat.uptimeSeconds = seconds;
  },
};

const unread: Reader = () => undefined;
/** An alias fills the field only when the documented key has not. */
const alias =
  (field: TextField): Reader =>
  (heartbeat, value) => {
    heartbeat[field] ??= value;
  };

const READERS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ...Object.entries(DOCUMENTED),
  ...OTHER_KEYS.map((key) => [key, unread] as const),
  ...Object.keys(ALIASES).map((key) => [key, alias(key === 'nlevel' ? 'licenceLevel' : 'softwareId')] as const),
]);

const LONGEST_KEY = 32;
const MOST_UNKNOWN = 32;
const SEMICOLON = 59;
const EQUALS = 61;

/**
 * Reads a heartbeat, `key=value;key=value…` (contract: HeartbeatBody). Nothing is escaped there, so a value ends where `;` is followed by
 * a key: by a known one in the router's name, which may hold any text, by anything that looks like a key elsewhere. The last of equal
 * keys wins. Never throws; linear in the body's length.
 */
export function parseHeartbeat(body: string): Heartbeat {
  const heartbeat: Heartbeat = { unknown: Object.create(null) as Record<string, string> };
  let unknowns = 0;
  for (let at = 0; at < body.length;) {
    const key = keyAt(body, at);
    if (key === null) {
      const next = body.indexOf(';', at);
      if (next === -1) break;
      at = next + 1;
      continue;
    }
    const from = at + key.length + 1;
    const end = valueEnd(body, from, key === 'name');
    at = end + 1;
    const value = key === 'name' ? body.slice(from, end) : body.slice(from, end).trim();
    if (value === '') continue;
    const read = READERS.get(key);
    if (read !== undefined) {
      read(heartbeat, value);
    } else if (unknowns < MOST_UNKNOWN) {
      unknowns += 1;
      heartbeat.unknown[key] = value;
    }
  }
  return heartbeat;
}

/**
 * Whether a body may be a heartbeat, by its first key alone: what the poll path asks before it spends anything on a body. An empty body
 * is a heartbeat with no facts.
 */
export function looksLikeHeartbeat(body: string | Buffer): boolean {
  if (body.length === 0) return true;
  const start = typeof body === 'string' ? body.slice(0, LONGEST_KEY + 1) : body.toString('latin1', 0, LONGEST_KEY + 1);
  const key = keyAt(start, 0);
  return key !== null && READERS.has(key);
}

/** The key that starts here (`key=`), or null. Looks at 33 characters at most. */
function keyAt(body: string, from: number): string | null {
  const last = Math.min(body.length, from + LONGEST_KEY + 1);
  for (let at = from; at < last; at++) {
    const code = body.charCodeAt(at);
    if (code === EQUALS) return at === from ? null : body.slice(from, at);
    if (!isKeyCharacter(code)) return null;
  }
  return null;
}

/** `-`, `.`, `_`, digits and letters: RouterOS names, and a little more to be kept as unknown. */
function isKeyCharacter(code: number): boolean {
  return (
    (code >= 97 && code <= 122) || code === 45 || (code >= 48 && code <= 57) || code === 46 || code === 95 || (code >= 65 && code <= 90)
  );
}

function valueEnd(body: string, from: number, freeText: boolean): number {
  for (let at = body.indexOf(';', from); at !== -1; at = body.indexOf(';', at + 1)) {
    if (at + 1 === body.length) return at;
    if (!freeText && body.charCodeAt(at + 1) === SEMICOLON) return at;
    const next = keyAt(body, at + 1);
    if (next !== null && (!freeText || READERS.has(next))) return at;
  }
  return body.length;
}
