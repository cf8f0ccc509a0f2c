interface Moment {
  /** Numbers without leading zeros. */
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  name(style: 'long' | 'short', part: 'weekday' | 'month'): string;
}

const two = (n: number): string => String(n).padStart(2, '0');
const ordinal = (day: number): string => (day % 100 > 10 && day % 100 < 14 ? 'th' : (['th', 'st', 'nd', 'rd'][day % 10] ?? 'th'));
const twelve = (hour: number): number => hour % 12 || 12;

/** The letters of PHP's date() that we offer (https://www.php.net/manual/en/datetime.format.php). */
const LETTERS: Readonly<Record<string, (m: Moment) => string>> = {
  d: (m) => two(m.day),
  j: (m) => String(m.day),
  S: (m) => ordinal(m.day),
  D: (m) => m.name('short', 'weekday'),
  l: (m) => m.name('long', 'weekday'),
  m: (m) => two(m.month),
  n: (m) => String(m.month),
  M: (m) => m.name('short', 'month'),
  F: (m) => m.name('long', 'month'),
  Y: (m) => String(m.year).padStart(4, '0'),
  y: (m) => two(m.year % 100),
  H: (m) => two(m.hour),
  G: (m) => String(m.hour),
  h: (m) => two(twelve(m.hour)),
  g: (m) => String(twelve(m.hour)),
  i: (m) => two(m.minute),
  s: (m) => two(m.second),
  A: (m) => (m.hour < 12 ? 'AM' : 'PM'),
  a: (m) => (m.hour < 12 ? 'am' : 'pm'),
};

/**
 * Renders a moment by PHP's date letters `d j S D l m n M F Y y H G h g i s A a`; a backslash takes the next character as
 * it is, and whatever is no letter stays. Months and days of the week are named in `locale` (a BCP 47 tag); the ordinal
 * suffix, AM and PM are English, as in PHP. For years from 1 to 9999 of the Gregorian calendar.
 * @throws RangeError for a letter that is not among them, an unknown time zone or a malformed locale
 */
export function formatPhpDate(date: Date, pattern: string, timeZone: string, locale = 'en'): string {
  const moment = momentOf(date, timeZone, locale);
  let text = '';
  for (const part of partsOf(pattern)) text += typeof part === 'string' ? part : part(moment);
  return text;
}

type Part = string | ((m: Moment) => string);
const patterns = new Map<string, readonly Part[]>();

/** What a pattern consists of, read once: a list has many dates of one pattern. */
function partsOf(pattern: string): readonly Part[] {
  return kept(patterns, pattern, () =>
    (pattern.match(/\\.?|./gs) ?? []).map((found) => {
      if (found.startsWith('\\')) return found.slice(1);
      if (!/[A-Za-z]/.test(found)) return found;
      if (!Object.hasOwn(LETTERS, found)) throw new RangeError(`${found} in ${pattern} is no date letter that is offered here.`);
      return LETTERS[found]!;
    }),
  );
}

function momentOf(date: Date, timeZone: string, locale: string): Moment {
  // Month, day, year, hour, minute, second: reading them out of the text takes half of what formatToParts does.
  const [month, day, year, hour, minute, second] =
    timeZone === 'UTC' ? utcClock(date) : (clockOf(timeZone).format(date).match(/\d+/g)!.map(Number) as Clock);
  return {
    ...{ year, month, day, hour, minute, second },
    // Beside a day, where languages that decline the names of months do so.
    name: (style, part) =>
      calendarOf(locale, timeZone, style)
        .formatToParts(date)
        .find(({ type }) => type === part)!.value,
  };
}

type Clock = [month: number, day: number, year: number, hour: number, minute: number, second: number];

/** What programs mostly have, without a formatter. */
const utcClock = (date: Date): Clock => [
  ...([date.getUTCMonth() + 1, date.getUTCDate(), date.getUTCFullYear()] as const),
  ...([date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()] as const),
];

/** Making a formatter takes some hundred times as long as using it, and a list has many dates of one reader. */
const clocks = new Map<string, Intl.DateTimeFormat>();
const calendars = new Map<string, Intl.DateTimeFormat>();
const MOST_KEPT = 1000;

/** @throws RangeError for an unknown time zone */
const clockOf = (timeZone: string): Intl.DateTimeFormat =>
  kept(
    clocks,
    timeZone,
    () =>
      new Intl.DateTimeFormat('en-US', {
        ...{ timeZone, calendar: 'gregory', numberingSystem: 'latn', hourCycle: 'h23' },
        ...{ year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' },
      }),
  );

/** @throws RangeError for a malformed locale */
const calendarOf = (locale: string, timeZone: string, style: 'long' | 'short'): Intl.DateTimeFormat =>
  kept(
    calendars,
    `${locale} ${timeZone} ${style}`,
    () => new Intl.DateTimeFormat(locale, { timeZone, calendar: 'gregory', weekday: style, day: 'numeric', month: style, year: 'numeric' }),
  );

function kept<T>(among: Map<string, T>, key: string, make: () => T): T {
  const known = among.get(key);
  if (known) return known;
  const made = make();
  if (among.size >= MOST_KEPT) among.clear();
  among.set(key, made);
  return made;
}
