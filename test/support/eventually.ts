import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until `probe` answers something truthy and answers that; for what other processes and daemons do. */
export async function eventually<T>(probe: () => T | Promise<T>, { within = 25_000, every = 10 } = {}): Promise<NonNullable<T>> {
  for (const until = Date.now() + within; ; await sleep(every)) {
    const answer = await probe();
    if (answer) return answer;
    if (Date.now() > until) throw new Error(`This did not happen within ${within} ms: ${probe.toString()}`);
  }
}
