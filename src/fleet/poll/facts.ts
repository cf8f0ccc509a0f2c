import type { Heartbeat } from '../../routeros/heartbeat/index.js';

/** The lasting facts of a heartbeat, as columns of `site`; what a router left out is absent and keeps its stored value. */
export interface LastingFacts {
  readonly identity?: string;
  readonly serialNumber?: string;
  readonly softwareId?: string;
  readonly softwareVersion?: string;
  readonly architectureName?: string;
  readonly model?: string;
  readonly boardName?: string;
  readonly routerboard?: boolean;
  readonly facts: Record<string, unknown>;
}

export function lastingFacts(heartbeat: Heartbeat): LastingFacts {
  const { identity, serialNumber, softwareId, version, architectureName, model, boardName, routerboard, ...rest } = heartbeat;
  const {
    cpuLoadPercent: _load,
    freeMemoryBytes: _memory,
    freeHddBytes: _disk,
    uptimeSeconds: _uptime,
    unknown: _unknown,
    ...facts
  } = rest;
  return { identity, serialNumber, softwareId, softwareVersion: version, architectureName, model, boardName, routerboard, facts };
}

type LastingField = Exclude<keyof Heartbeat, 'cpuLoadPercent' | 'freeMemoryBytes' | 'freeHddBytes' | 'uptimeSeconds' | 'unknown'>;

const LASTING = Object.keys({
  ...{ identity: 1, serialNumber: 1, architectureName: 1, routerboard: 1, platform: 1, model: 1, boardName: 1, revision: 1, cpu: 1 },
  ...{ cpuCount: 1, cpuFrequencyMhz: 1, totalMemoryBytes: 1, totalHddBytes: 1, softwareId: 1, buildTime: 1, licenceLevel: 1, version: 1 },
  ...{ factorySoftware: 1, factoryFirmware: 1, currentFirmware: 1, upgradeFirmware: 1, firmwareType: 1 },
} satisfies Record<LastingField, 1>) as LastingField[];

const SEPARATOR = 0x1f;

/** A number that differs when lasting facts differ (FNV-1a); kept in memory for every site, computed for every heartbeat. */
export function factsFingerprint(heartbeat: { readonly [K in LastingField]?: Heartbeat[K] | null }): number {
  let hash = 0x811c9dc5;
  for (const field of LASTING) {
    const text = String(heartbeat[field] ?? '');
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
    hash = Math.imul(hash ^ SEPARATOR, 0x01000193);
  }
  return hash >>> 0;
}
