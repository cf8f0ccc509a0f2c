import { Injectable } from '@nestjs/common';
import { performance } from 'node:perf_hooks';
import type { SiteId } from '../../platform/context/index.js';
import type { DeviceIdentity } from './device-tokens.js';
import { WorkHints } from './work-hints.js';

/** The newest heartbeat of a site since the last flush, and how many there were. */
export interface Beat {
  readonly device: DeviceIdentity;
  /** When the first of them came, in milliseconds of `performance.now()`. */
  readonly since: number;
  seenAt: number;
  seenFrom: string;
  body: string;
  beats: number;
}

/**
 * Heartbeats that wait to be written, one entry a site, so it is bounded by the number of routers; those that wait longest
 * first. What a flush could not write comes back and is merged with what arrived meanwhile.
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
      this.entries.set(device.siteId, { device, since: known?.since ?? performance.now(), seenAt, seenFrom, body, beats: 1 });
  }

  /** Takes out what has waited so many milliseconds or longer. */
  takeRipe(milliseconds: number): Beat[] {
    const limit = performance.now() - milliseconds;
    const ripe: Beat[] = [];
    for (const beat of this.entries.values()) {
      if (beat.since > limit) break; // all after it are younger
      ripe.push(beat);
      this.entries.delete(beat.device.siteId);
    }
    return ripe;
  }

  /** Takes everything out. */
  drain(): Beat[] {
    const beats = [...this.entries.values()];
    this.entries = new Map();
    return beats;
  }

  putBack(beats: readonly Beat[]): void {
    const newer = this.entries;
    this.entries = new Map(beats.map((old) => [old.device.siteId, merged(old, newer.get(old.device.siteId))]));
    for (const [site, beat] of newer) if (!this.entries.has(site)) this.entries.set(site, beat);
  }
}

/** What is known of a site from an older entry and perhaps a newer one; of two routers the newer entry's alone counts. */
function merged(old: Beat, newer: Beat | undefined): Beat {
  if (!newer) return old;
  if (newer.device.generation !== old.device.generation) return { ...newer, since: old.since };
  return { ...newer, since: old.since, beats: newer.beats + old.beats, body: newer.body === '' ? old.body : newer.body };
}
