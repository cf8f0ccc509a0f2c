/**
 * Watches one processor: run with real-time priority, so that nothing of this machine can keep it waiting, it asks to be woken every
 * two milliseconds and tells its parent of the times at which it was not. Then the processor itself stood still.
 */
import { unixMillis } from './clock.js';

export interface Standstill {
  readonly kind: 'standstill';
  /** Unix milliseconds. */
  readonly from: number;
  readonly to: number;
}

const EVERY_MS = 2;
/** What a timer of Node and a small collection of garbage may take. */
const LATE_MS = 3;

let last = unixMillis();
setInterval(() => {
  const now = unixMillis();
  if (now - last > EVERY_MS + LATE_MS) process.send!({ kind: 'standstill', from: last, to: now } satisfies Standstill);
  last = now;
}, EVERY_MS);
process.once('disconnect', () => process.exit());
