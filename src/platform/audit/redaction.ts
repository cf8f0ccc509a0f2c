/** Fields whose values are secrets, wherever they stand. */
const SECRET = /pass|secret|token|csrf|code|otp|key|authori[sz]ation|cookie|credential|signature|script|form$/i;
const REMOVED = '[removed]';
const LONGEST_TEXT = 200;
const MOST_ITEMS = 20;
const DEEPEST = 5;
/** Characters of a whole payload. */
const LONGEST = 4096;

/**
 * JSON of what a request said, fit to be kept for a year: values of secret fields are removed, long ones cut. Text that is
 * no JSON, such as a script, is told by its length only.
 */
export function redacted(parts: Readonly<Record<string, unknown>>): string {
  const text = JSON.stringify(reduced(parts, 0)) ?? '{}';
  return text.length <= LONGEST ? text : JSON.stringify({ cut: `${text.length} characters`, fields: Object.keys(parts) });
}

function reduced(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return value.length > LONGEST_TEXT ? `${value.slice(0, LONGEST_TEXT)}…` : value;
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= DEEPEST) return '[deeper]';
  if (Array.isArray(value)) {
    const some = value.slice(0, MOST_ITEMS).map((item) => reduced(item, depth + 1));
    return value.length > MOST_ITEMS ? [...some, `… ${value.length} items`] : some;
  }
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, SECRET.test(name) && item !== null ? REMOVED : reduced(item, depth + 1)]),
  );
}
