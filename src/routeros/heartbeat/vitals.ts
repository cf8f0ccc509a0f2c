import { parseDuration } from './duration.js';
import { parseQuantity } from './quantity.js';

/** What differs from one heartbeat to the next, and a fingerprint of everything else. */
export interface Vitals {
  readonly uptimeSeconds?: number;
  readonly cpuLoadPercent?: number;
  readonly freeMemoryBytes?: number;
  readonly freeHddBytes?: number;
  /** Equal for bodies that differ in nothing but the changing values (FNV-1a, 32 bits). */
  readonly fingerprint: number;
}

/** Keys whose values change all the time; the last two are of no interest and are left out of the fingerprint. */
const CHANGING = ['uptime', 'cpu-load', 'free-memory', 'free-hdd-space', 'write-sect-since-reboot', 'write-sect-total'] as const;
const MARKS = CHANGING.map((key) => `;${key}=`);

/**
 * Reads the changing values of a heartbeat without taking the rest apart: `parseHeartbeat` costs several times as much
 * and is needed only when the fingerprint is a new one. As there, the last of equal keys counts. Never throws.
 */
export function readVitals(body: string): Vitals {
  const text = `;${body}`;
  const spans: [number, number][] = [];
  const values: (string | undefined)[] = MARKS.map((mark) => {
    const at = text.lastIndexOf(mark);
    if (at < 0) return undefined;
    const from = at + mark.length;
    const next = text.indexOf(';', from);
    const end = next < 0 ? text.length : next;
    spans.push([from, end]);
    return text.slice(from, end).trim();
  });
  return {
    uptimeSeconds: values[0] ? (parseDuration(values[0]) ?? undefined) : undefined,
    cpuLoadPercent: values[1] ? (parseQuantity(values[1]) ?? undefined) : undefined,
    freeMemoryBytes: values[2] ? (parseQuantity(values[2]) ?? undefined) : undefined,
    freeHddBytes: values[3] ? (parseQuantity(values[3]) ?? undefined) : undefined,
    fingerprint: fingerprintAround(text, spans),
  };
}

function fingerprintAround(text: string, spans: [number, number][]): number {
  spans.sort((a, b) => a[0] - b[0]);
  let hash = 0x811c9dc5;
  let at = 0;
  for (const [from, end] of spans) {
    for (; at < from; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
    at = Math.max(at, end);
  }
  for (; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}
