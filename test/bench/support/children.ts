import { type ChildProcess, fork, type ForkOptions } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Options of Node.js for servers, as `rosfleet` and the Dockerfile give them (docs/decisions/0016). */
export const SERVER_OPTIONS: readonly string[] = ['--v8-pool-size=0'];

const living = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of living) child.kill('SIGKILL');
});

/**
 * Starts one of our programs (a path below the built folder); it does not outlive us. It gets a session of its own, as it would have
 * where it is installed: Linux shares the processor out by session (autogroups), and a server that shares one with its load
 * generator gets half of what it would get anywhere else.
 */
export function startChild(program: string, options: ForkOptions = {}, args: string[] = []): ChildProcess {
  const child = fork(fileURLToPath(new URL(`../../../${program}`, import.meta.url)), args, {
    ...{ serialization: 'advanced', detached: true },
    ...options,
  });
  living.add(child);
  child.once('exit', () => living.delete(child));
  return child;
}

export const ended = (child: ChildProcess): Promise<void> =>
  child.exitCode !== null || child.signalCode !== null ? Promise.resolve() : new Promise((resolve) => child.once('exit', () => resolve()));

/** The next message of a kind; rejects when the child ends before. */
export function message<T extends { kind: string }>(child: ChildProcess, kind: T['kind']): Promise<T> {
  return new Promise((resolve, reject) => {
    const gone = (code: number | null): void => reject(new Error(`A helper process ended (${code}) before it answered.`));
    const heard = (m: T): void => {
      if (m.kind !== kind) return;
      child.off('message', heard);
      child.off('exit', gone);
      resolve(m);
    };
    child.on('message', heard);
    child.once('exit', gone);
  });
}
