import { readFileSync } from 'node:fs';

/** Columns of the first line of /proc/stat (proc(5)) that add up to all processor time. */
const COUNTED = 8;
const STEAL = 7;
const SAMPLE_MS = 1000;
/** Percent of a second's processor time from which on a hundredth of the requests waits for neighbours. */
const DISTURBED = 0.5;

/** Unix time in milliseconds, with fractions: the same in all processes of a machine. */
export const unixMillis = (): number => performance.timeOrigin + performance.now();

/**
 * Knows when others on the same hardware took processor time from this machine, by the kernel's count. What waits then waits for
 * them: a latency of such a second says nothing of the server. Where the kernel does not tell, nothing is disturbed.
 */
export class Neighbours {
  private readonly seconds: { readonly from: number; readonly to: number; readonly percent: number }[] = [];
  private readonly timer: NodeJS.Timeout;

  constructor() {
    let [before, from] = [ticks(), unixMillis()];
    this.timer = setInterval(() => {
      const [now, to] = [ticks(), unixMillis()];
      const passed = now.map((value, i) => value - before[i]!);
      const all = passed.reduce((sum, value) => sum + value, 0);
      this.seconds.push({ from, to, percent: all > 0 ? (100 * passed[STEAL]!) / all : 0 });
      [before, from] = [now, to];
    }, SAMPLE_MS);
    this.timer.unref();
  }

  /** Percent of the processor time that was taken since then. */
  takenSince(from: number): number {
    const since = this.seconds.filter((second) => second.to > from);
    return since.length ? since.reduce((sum, { percent }) => sum + percent, 0) / since.length : 0;
  }

  /** Those latencies that no disturbed second preceded, and into which none fell. @param begun when each of them began, in Unix milliseconds */
  undisturbed(begun: Float64Array, latencies: Float64Array): Float64Array {
    const disturbed = this.seconds.filter(({ percent }) => percent > DISTURBED);
    return latencies.filter((latency, i) => {
      const [from, to] = [begun[i]! - SAMPLE_MS, begun[i]! + latency];
      return !disturbed.some((second) => second.from < to && second.to > from);
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
