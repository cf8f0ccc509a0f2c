const UNITS: readonly [string, number][] = [
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
];

/** «59 minutes from now», «2 hours ago»: whole units, the largest that there is one of. */
export function timeFromNow(then: Date, now: Date): string {
  const seconds = Math.floor(Math.abs(then.getTime() - now.getTime()) / 1000);
  const [unit, size] = UNITS.find(([, size]) => seconds >= size) ?? UNITS[2]!;
  const count = Math.floor(seconds / size);
  return `${count} ${unit}${count === 1 ? '' : 's'} ${then > now ? 'from now' : 'ago'}`;
}
