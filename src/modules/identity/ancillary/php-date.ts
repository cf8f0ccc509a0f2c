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
  return pattern.replace(/\\(.?)|[A-Za-z]/gs, (found, escaped: string | undefined) => {
    if (escaped !== undefined) return escaped;
    if (!Object.hasOwn(LETTERS, found)) throw new RangeError(`${found} in ${pattern} is no date letter that is offered here.`);
    return LETTERS[found]!(moment);
  });
}

function momentOf(date: Date, timeZone: string, locale: string): Moment {
  const parts = formatter('en-US', {
    ...{ timeZone, calendar: 'gregory', numberingSystem: 'latn', hourCycle: 'h23' },
    ...{ year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' },
  }).formatToParts(date);
  const number = (type: Intl.DateTimeFormatPartTypes): number => Number(parts.find((part) => part.type === type)!.value);
  return {
    ...{ year: number('year'), month: number('month'), day: number('day') },
    ...{ hour: number('hour'), minute: number('minute'), second: number('second') },
    // Beside a day, where languages that decline the names of months do so.
    name: (style, part) =>
      formatter(locale, { timeZone, calendar: 'gregory', weekday: style, day: 'numeric', month: style, year: 'numeric' })
        .formatToParts(date)
        .find(({ type }) => type === part)!.value,
  };
}

/** Making one takes some hundred times as long as using it, and a list has many dates of one reader. */
const formatters = new Map<string, Intl.DateTimeFormat>();
const MOST_FORMATTERS = 1000;

/** @throws RangeError for an unknown time zone or a malformed locale */
function formatter(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = JSON.stringify([locale, options]);
  const known = formatters.get(key);
  if (known) return known;
  const made = new Intl.DateTimeFormat(locale, options);
  if (formatters.size >= MOST_FORMATTERS) formatters.clear();
  formatters.set(key, made);
  return made;
}
