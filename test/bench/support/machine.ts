import { readFileSync } from 'node:fs';

/** Columns of the first line of /proc/stat (proc(5)) that add up to all processor time. */
const COUNTED = 8;
const STEAL = 7;
const SAMPLE_MS = 1000;
/** Percent of a second's processor time from which on neighbours disturb: a hundredth of the polls waits for it. */
const DISTURBED = 0.5;

/**
 * Knows in which seconds others on the same hardware took processor time from this machine, by the kernel's count. What waits then
 * waits for them: a latency of such a second says nothing of the server. Where the kernel does not tell, nothing is disturbed.
 */
export class Neighbours {
  private readonly disturbed: { readonly from: number; readonly to: number }[] = [];
  private readonly timer: NodeJS.Timeout;

  constructor() {
    let [before, from] = [ticks(), performance.now()];
    this.timer = setInterval(() => {
      const [now, to] = [ticks(), performance.now()];
      const passed = now.map((value, i) => value - before[i]!);
      const all = passed.reduce((sum, value) => sum + value, 0);
      if (all > 0 && (100 * passed[STEAL]!) / all > DISTURBED) this.disturbed.push({ from, to });
      [before, from] = [now, to];
    }, SAMPLE_MS);
    this.timer.unref();
  }

  /** The latencies of what was neither begun, nor waited for, nor preceded by a disturbed second. @param begun in milliseconds of `performance.now()` */
  undisturbed(begun: Float64Array, latencies: Float64Array): Float64Array {
    return latencies.filter((latency, i) => {
      const [from, to] = [begun[i]! - SAMPLE_MS, begun[i]! + latency];
      return !this.disturbed.some((second) => second.from < to && second.to > from);
    });
  }
}

function ticks(): number[] {
  try {
    const [line] = readFileSync('/proc/stat', 'utf8').split('\n', 1) as [string];
    return line
      .trim()
      .split(/\s+/)
      .slice(1, 1 + COUNTED)
      .map(Number);
  } catch {
    return [];
  }
}
