const SECONDS: Readonly<Record<string, number>> = {
  w: 604_800,
  d: 86_400,
  h: 3_600,
  m: 60,
  s: 1,
  ms: 0.001,
  us: 0.000_001,
  ns: 0.000_000_001,
};
const LONGEST = 64;

/**
 * Seconds in RouterOS duration text: `1w2d3h4m5s`, `1d10:30:15`, `00:00:30`, `90`, fractions of a second kept.
 * Null for anything else. Linear, and never looks at more than 64 characters.
 */
export function parseDuration(text: string): number | null {
  if (text === '' || text.length > LONGEST) return null;
  let total = 0;
  let at = 0;
  while (at < text.length) {
    const from = at;
    while (isDigit(text, at) || (text[at] === '.' && at > from)) at++;
    if (at === from) return null;
    const number = text.slice(from, at);
    if (text[at] === ':') {
      const rest = clock(text.slice(from));
      return rest === null ? null : total + rest;
    }
    const count = Number(number);
    if (Number.isNaN(count)) return null;
    const unitFrom = at;
    while (at < text.length && at - unitFrom < 2 && !isDigit(text, at)) at++;
    const unit = text.slice(unitFrom, at);
    // A bare number is seconds, but only by itself or after other units.
    const factor = unit === '' ? 1 : SECONDS[unit];
    if (factor === undefined) return null;
    total += count * factor;
  }
  return total;
}

/** `10:30:15.5` or `10:30` (hours and minutes). */
function clock(text: string): number | null {
  const parts = text.split(':');
  if (parts.length < 2 || parts.length > 3 || parts.some((part) => part === '')) return null;
  const [hours, minutes, seconds] = [...parts, '0'].slice(0, 3).map(Number) as [number, number, number];
  return [hours, minutes, seconds].some((n) => Number.isNaN(n) || n < 0) ? null : hours * 3_600 + minutes * 60 + seconds;
}

function isDigit(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 48 && code <= 57;
}
