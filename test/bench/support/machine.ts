import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { startChild } from './children.js';
import { unixMillis } from './clock.js';
import type { Standstill } from './standstill.js';

/** Columns of the first line of /proc/stat (proc(5)) that add up to all processor time. */
const COUNTED = 8;
const STEAL = 7;
const SAMPLE_MS = 1000;
/** Percent of a second's processor time from which on a hundredth of the requests waits for neighbours. */
const DISTURBED = 0.5;
/** The same where standstills are watched: what is taken evenly makes everything slower. */
const SLOWED = 5;

interface Span {
  /** Unix milliseconds. */
  readonly from: number;
  readonly to: number;
}

/**
 * Knows when others on the same hardware took processor time from this machine: what waits then waits for them, and its latency says
 * nothing of the server. The kernel's count (steal) tells for each second how much was taken, if it does; standstills are exact, where
 * they are watched. Where neither tells, nothing is disturbed.
 */
export class Neighbours {
  private readonly seconds: (Span & { readonly percent: number })[] = [];
  private readonly standstills: Span[] = [];
  private watched = false;
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

  /** From now on, as root, watches each processor for standstills; that takes some two percent of it. */
  watchStandstills(): this {
    if (process.getuid?.() === 0) cpus().forEach((_, processor) => this.watch(processor));
    return this;
  }

  /** Percent of the processor time that was taken since then. */
  takenSince(from: number): number {
    const since = this.seconds.filter((second) => second.to > from);
    return since.length ? since.reduce((sum, { percent }) => sum + percent, 0) / since.length : 0;
  }

  /**
   * Those latencies that fell into no standstill, nor into as long a time after it, in which what had waited is dealt with; where
   * standstills are not watched, into no second of which some was taken, nor the one after it.
   * @param begun when each of them began, in Unix milliseconds
   */
  undisturbed(begun: Float64Array, latencies: Float64Array): Float64Array {
    const seconds = this.seconds.filter(({ percent }) => percent > (this.watched ? SLOWED : DISTURBED));
    const disturbed = merged([
      ...seconds.map(({ from, to }) => ({ from, to: to + SAMPLE_MS })),
      ...this.standstills.map(({ from, to }) => ({ from, to: to + (to - from) })),
    ]);
    return latencies.filter((latency, i) => !overlaps(disturbed, { from: begun[i]!, to: begun[i]! + latency }));
  }

  private watch(processor: number): void {
    // One thread: V8 spins while it waits for its helpers, which would never get the processor of a spinning real-time thread.
    const node = [process.execPath, '--single-threaded', '--v8-pool-size=0'];
    const execArgv = ['--rr', '50', 'taskset', '-c', String(processor), ...node];
    const child = startChild('test/bench/support/standstill.js', {
      execPath: 'chrt',
      execArgv,
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    child.once('error', () => undefined); // without util-linux the seconds have to do
    child.once('spawn', () => (this.watched = true));
    child.once('exit', () => (this.watched = false));
    child.on('message', ({ from, to }: Standstill) => this.standstills.push({ from, to }));
    child.unref();
    child.channel?.unref();
  }
}

/** The same time, in spans that do not touch, the earliest first. */
function merged(spans: readonly Span[]): Span[] {
  const all: Span[] = [];
  for (const span of [...spans].sort((a, b) => a.from - b.from)) {
    const last = all.at(-1);
    if (last && span.from <= last.to) all[all.length - 1] = { from: last.from, to: Math.max(last.to, span.to) };
    else all.push(span);
  }
  return all;
}

/** @param spans of `merged` */
function overlaps(spans: readonly Span[], { from, to }: Span): boolean {
  let [low, high] = [0, spans.length]; // the first that ends after `from`
  while (low < high) {
    const middle = (low + high) >> 1;
    if (spans[middle]!.to > from) high = middle;
    else low = middle + 1;
  }
  return low < spans.length && spans[low]!.from < to;
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
