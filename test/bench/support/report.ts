/** What benchmarks share: progress on standard error, one JSON object on standard output, cleaning up whatever happens. */
import { arch, cpus, totalmem } from 'node:os';

const started = performance.now();

export const progress = (line: string): void =>
  void process.stderr.write(`${((performance.now() - started) / 1000).toFixed(1).padStart(6)} s  ${line}\n`);

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));

/** Asks until the answer is yes. Answers whether it was in time. */
export async function until(ask: () => Promise<boolean> | boolean, limitMs: number, everyMs = 100): Promise<boolean> {
  for (const end = performance.now() + limitMs; performance.now() < end; await pause(everyMs)) if (await ask()) return true;
  return false;
}

/** A number as people read it. */
export const rounded = (value: number, digits = 0): number => Number(value.toFixed(digits));

export const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;

export interface Latency {
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

/** Milliseconds, two decimals. */
export function latencyOf(samples: Float64Array): Latency {
  const sorted = samples.slice().sort();
  const at = (share: number): number => rounded(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN, 2);
  return { p50: at(0.5), p99: at(0.99), p999: at(0.999), max: at(1) };
}

/** A target and whether it was met. */
export interface Target {
  readonly wanted: string;
  readonly got: number | string | boolean;
  readonly met: boolean;
}

export const atMost = (limit: number, got: number): Target => ({ wanted: `<= ${limit}`, got, met: got <= limit });
export const atLeast = (limit: number, got: number): Target => ({ wanted: `>= ${limit}`, got, met: got >= limit });
export const exactly = <T extends number | string | boolean>(wanted: T, got: T): Target => ({
  wanted: `= ${wanted}`,
  got,
  met: got === wanted,
});

/**
 * Runs a benchmark and prints its result. The exit code tells whether all targets were met. `work` gets a list of things to
 * undo, which are undone last first, also after a failure or Ctrl-C.
 */
export async function benchmark(
  name: string,
  work: (undo: (() => Promise<unknown>)[]) => Promise<{ targets: Record<string, Target>; [detail: string]: unknown }>,
): Promise<void> {
  const undo: (() => Promise<unknown>)[] = [];
  const clean = async (): Promise<void> => {
    for (let step = undo.pop(); step; step = undo.pop()) await step().catch((error: unknown) => progress(`cleaning up: ${String(error)}`));
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void clean().then(() => process.exit(130)));
  try {
    const result = await work(undo);
    await clean();
    const met = Object.values(result.targets).every((t) => t.met);
    const machine = {
      cpus: cpus().length,
      model: cpus()[0]?.model,
      arch: arch(),
      memoryGiB: rounded(totalmem() / 2 ** 30, 1),
      node: process.version,
    };
    process.stdout.write(
      `${JSON.stringify({ bench: name, met, ...result, machine, seconds: rounded((performance.now() - started) / 1000, 1) }, null, 2)}\n`,
    );
    process.exit(met ? 0 : 1);
  } catch (error) {
    console.error(error);
    await clean();
    process.exit(2);
  }
}
