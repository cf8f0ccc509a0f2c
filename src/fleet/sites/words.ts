/** Durations and dates in words, as the contract's examples show them. */

const UNITS: readonly [string, number][] = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
];

const counted = (count: number, unit: string): string => `${count} ${unit}${count === 1 ? '' : 's'}`;

/** «3 days, 14 hours, 5 minutes»; seconds only below a minute. */
export function durationInWords(seconds: number): string {
  let rest = Math.max(0, Math.floor(seconds));
  if (rest < 60) return counted(rest, 'second');
  const parts: string[] = [];
  for (const [unit, size] of UNITS.slice(0, 3)) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push(counted(count, unit));
  }
  return parts.join(', ');
}

const largest = (seconds: number): string => {
  for (const [unit, size] of UNITS) if (seconds >= size) return counted(Math.floor(seconds / size), unit);
  return counted(0, 'second');
};

/** «5 minutes ago», «in 23 hours». */
export function relativeInWords(then: Date, now: Date): string {
  const seconds = Math.floor(Math.abs(now.getTime() - then.getTime()) / 1000);
  return then > now ? `in ${largest(seconds)}` : `${largest(seconds)} ago`;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function ordinal(day: number): string {
  if (day >= 11 && day <= 13) return `${day}th`;
  return `${day}${['th', 'st', 'nd', 'rd'][day % 10] ?? 'th'}`;
}

/** «15th Dec 23», in UTC: how the name of a newly adopted site ends. */
export const shortDate = (date: Date): string =>
  `${ordinal(date.getUTCDate())} ${MONTHS[date.getUTCMonth()]} ${String(date.getUTCFullYear()).slice(2)}`;

/** «05 Dec», in UTC. */
export const dayAndMonth = (date: Date): string => `${String(date.getUTCDate()).padStart(2, '0')} ${MONTHS[date.getUTCMonth()]}`;
