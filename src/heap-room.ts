import { constants, type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks';
import { getHeapStatistics, setFlagsFromString } from 'node:v8';

const MIB = 1_048_576;
/**
 * What the heap may grow to before V8 collects all of it, and the least by which it may grow: bytes, and a part of what lives. With
 * 100,000 sites a process stays below 400 MB by it.
 */
const HEAP_BYTES = 192 * MIB;
const LEAST_ROOM_BYTES = 24 * MIB;
const LEAST_SHARE = 8;

/** By how many percent of what lives the heap may grow. @param live bytes that the last collection left */
export const growingPercent = (live: number): number =>
  Math.round((100 * Math.max(LEAST_ROOM_BYTES, HEAP_BYTES - live, live / LEAST_SHARE)) / live);

/**
 * Gives the heap room. V8 leaves a process that allocates slowly a fifth of what lives, and collects the whole heap every ten or twenty
 * seconds then: 15 to 50 ms in which nobody is answered, and twice that in pieces (docs/decisions/0016). Returns what ends it.
 */
export function keepHeapRoom(): () => void {
  const tell = (): void => setFlagsFromString(`--heap-growing-percent=${growingPercent(getHeapStatistics().used_heap_size)}`);
  const observer = new PerformanceObserver((list) => {
    const entries = list.getEntries() as (PerformanceEntry & { detail?: { kind?: number } })[];
    if (entries.some(({ detail }) => detail?.kind === constants.NODE_PERFORMANCE_GC_MAJOR)) tell();
  });
  observer.observe({ entryTypes: ['gc'] });
  tell();
  return () => observer.disconnect();
}
