import type { DailyWindow } from '../../config/backups.config.js';

const MINUTE = 60_000;
const DAY = 86_400_000;
/** Minutes of a window dealt with at once, after an absence. */
const MOST_SLOTS = 5;

/**
 * The minutes of daily windows that ended between two times, as their numbers in the window, at most five of them, and up to when they
 * are dealt with. What lies more than a day back is not made up for: its sites have a minute today.
 */
export function dueSlots(since: Date, now: Date, { from, minutes }: DailyWindow): { slots: number[]; until: Date } {
  const last = Math.floor(now.getTime() / MINUTE);
  let minute = Math.max(Math.floor(since.getTime() / MINUTE), last - DAY / MINUTE);
  const slots = new Set<number>();
  for (; minute < last && slots.size < MOST_SLOTS; minute++) {
    const slot = (((minute - from) % 1440) + 1440) % 1440;
    if (slot < minutes) slots.add(slot);
  }
  return { slots: [...slots], until: new Date(minute * MINUTE) };
}

/** When the newest minute of a slot was over. */
export function lastEndOf(slot: number, now: Date, { from }: DailyWindow): Date {
  const end = Math.floor(now.getTime() / DAY) * DAY + ((from + slot) % 1440) * MINUTE + MINUTE;
  return new Date(end > now.getTime() ? end - DAY : end);
}
