import type { Clock } from './clock.js';
import type { HttpTransport } from './system/http-transport.js';

export interface UploadRequest {
  mode: string;
  address: string;
  port: number | undefined;
  user: string;
  password: string;
  /** Name of the file on the router, and where it is to go. */
  source: string;
  destination: string;
  contents: Buffer;
}

/** Takes what `/tool fetch upload=yes` sends; reject with a RouterOsError to refuse. */
export type UploadHook = (request: UploadRequest) => Promise<void>;

export interface RouterOptions {
  serial?: string;
  identity?: string;
  /** As on the label, for example `RB5009UG+S+`; without it the router is a CHR (no routerboard). */
  model?: string;
  board?: string;
  /** RouterOS version, for example `7.16.2` or `6.49.10`. Default 7.22.3. */
  version?: string;
  architecture?: string;
  cpu?: string;
  cpuCount?: number;
  cpuFrequencyMhz?: number;
  memoryBytes?: number;
  diskBytes?: number;
  ethernetPorts?: number;
  softwareId?: string;
  licenseLevel?: string;
  clock?: Clock;
  http?: HttpTransport;
  upload?: UploadHook;
  /** How long `/export file=` writes after the command has answered, as small boards do: the file grows in bursts. Default 0: at once. */
  exportSeconds?: number;
  /** From 0 to 1, like Math.random. */
  random?: () => number;
  /** `{ mode: 'home' }`, with single features overridden: `{ mode: 'advanced', fetch: false }`. */
  deviceMode?: { mode: 'advanced' | 'basic' | 'home' | 'rose' | 'enterprise' } & { [feature: string]: boolean | string };
  /** Names `:resolve` knows. */
  dns?: Record<string, string> | ((name: string) => string | undefined | Promise<string | undefined>);
  clockOffsetMs?: number;
  uptimeMs?: number;
  /** How much is remembered; a load test wants less. Default 1000 log entries, 100 requests. */
  keep?: { log?: number; requests?: number };
  /** Whether a script that reads an undeclared variable is refused (the manual) or reads nothing. Default `error`. */
  undeclaredVariables?: 'error' | 'nothing';
}

export interface Hardware {
  serial: string;
  model: string | undefined;
  board: string;
  architecture: string;
  cpu: string;
  cpuCount: number;
  cpuFrequencyMhz: number;
  memoryBytes: number;
  diskBytes: number;
  ethernetPorts: number;
  softwareId: string;
  licenseLevel: string;
}

/** Something fixed for a serial number: the same router always has the same identity. */
export function digest(text: string): number {
  let hash = 2166136261;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 16777619) >>> 0;
  return hash;
}

function softwareId(serial: string): string {
  const letters = 'ABCDEFGHIJKLMNPQRSTUVWXYZ0123456789';
  let n = digest(serial);
  let text = '';
  for (let i = 0; i < 8; i++) {
    text += letters[n % letters.length];
    n = digest(`${serial}${i}${n}`);
  }
  return `${text.slice(0, 4)}-${text.slice(4)}`;
}

export function hardwareOf(options: RouterOptions): Hardware {
  const serial = options.serial ?? 'HEX00000001';
  const chr = options.model === undefined;
  return {
    serial,
    model: options.model,
    board: options.board ?? options.model ?? 'CHR',
    architecture: options.architecture ?? (chr ? 'x86_64' : 'arm64'),
    cpu: options.cpu ?? (chr ? 'Intel(R)' : 'ARM64'),
    cpuCount: options.cpuCount ?? (chr ? 1 : 4),
    cpuFrequencyMhz: options.cpuFrequencyMhz ?? 1400,
    memoryBytes: options.memoryBytes ?? 1_073_741_824,
    diskBytes: options.diskBytes ?? 1_073_741_824,
    ethernetPorts: options.ethernetPorts ?? (chr ? 1 : 8),
    softwareId: options.softwareId ?? softwareId(serial),
    licenseLevel: options.licenseLevel ?? (chr ? 'free' : '5'),
  };
}
