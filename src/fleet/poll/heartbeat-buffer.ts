import { Injectable } from '@nestjs/common';
import type { SiteId } from '../../platform/context/index.js';
import type { DeviceIdentity } from './device-tokens.js';
import { WorkHints } from './work-hints.js';

/** The newest heartbeat of a site since the last flush, and how many there were. */
export interface Beat {
  readonly device: DeviceIdentity;
  seenAt: number;
  seenFrom: string;
  body: string;
  beats: number;
}

/**
 * Heartbeats between two flushes, one entry a site, so it is bounded by the number of routers. What a flush could not
 * write comes back and is merged with what arrived meanwhile.
 */
@Injectable()
export class HeartbeatBuffer {
  private entries = new Map<SiteId, Beat>();

  constructor(private readonly hints: WorkHints) {}

  get size(): number {
    return this.entries.size;
  }

  note(device: DeviceIdentity, seenAt: number, seenFrom: string, body: string): void {
    const known = this.entries.get(device.siteId);
    if (known && known.device.generation === device.generation) {
      known.seenAt = seenAt;
      known.seenFrom = seenFrom;
      if (body !== '') known.body = body;
      known.beats++;
      return;
    }
    if (known) this.hints.revoke(device.siteId, Math.min(known.device.generation, device.generation)); // a router that was replaced polls still
    if (!known || known.device.generation < device.generation)
      this.entries.set(device.siteId, { device, seenAt, seenFrom, body, beats: 1 });
  }

  /** Takes everything out, those that wait longest first: whatever a flush takes, none gets older than its interval. */
  drain(): Beat[] {
    const beats = [...this.entries.values()];
    this.entries = new Map();
    return beats;
  }

  putBack(beats: readonly Beat[]): void {
    for (const old of beats) {
      const newer = this.entries.get(old.device.siteId);
      if (!newer) this.entries.set(old.device.siteId, old);
      else if (newer.device.generation === old.device.generation) newer.beats += old.beats;
    }
  }
}
