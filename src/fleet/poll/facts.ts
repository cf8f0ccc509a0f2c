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
