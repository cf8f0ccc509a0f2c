const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  '%': 1,
  MHz: 1,
  GHz: 1_000,
  KiB: 1_024,
  MiB: 1_048_576,
  GiB: 1_073_741_824,
  kB: 1_000,
  MB: 1_000_000,
  GB: 1_000_000_000,
};
const LONGEST_QUANTITY = 24;

/** `1073741824`, and as RouterOS 6 prints for people: `61.1MiB`, `650MHz`, `5%`. Bytes, MHz or percent; null for anything else. */
export function parseQuantity(value: string): number | null {
  if (value.length > LONGEST_QUANTITY) return null;
  let at = 0;
  while (at < value.length && (value.charCodeAt(at) === 46 || (value.charCodeAt(at) >= 48 && value.charCodeAt(at) <= 57))) at++;
  const factor = Object.hasOwn(UNITS, value.slice(at)) ? UNITS[value.slice(at)] : undefined;
  const number = at === 0 ? NaN : Number(value.slice(0, at));
  return factor === undefined || Number.isNaN(number) ? null : Math.round(number * factor);
}
