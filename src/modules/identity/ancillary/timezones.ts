import { rawTimeZones } from '@vvo/tzdb';

/** Zones by the names that this Node.js gives them; for some it keeps one that IANA has replaced since (Asia/Calcutta). */
const canonical: ReadonlySet<string> = new Set(Intl.supportedValuesOf('timeZone'));

/** The name of a zone as this Node.js gives it; undefined for a zone that it does not know. */
function canonicalOf(zone: string): string | undefined {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone;
  } catch {
    return undefined; // newer than its data
  }
}

/** Today's names of the zones that Node.js calls otherwise: Asia/Kolkata for Asia/Calcutta. */
const todaysNames: ReadonlyMap<string, string> = new Map(
  rawTimeZones.flatMap(({ name }) => {
    if (canonical.has(name)) return [];
    const old = canonicalOf(name);
    return old && canonical.has(old) ? [[old, name] as const] : [];
  }),
);

const today = (zones: Iterable<string>): string[] => [...new Set([...zones].map((zone) => todaysNames.get(zone) ?? zone))].sort();

/** Every zone a person may choose, one name each: IANA's, and UTC. All of them work with `Intl`. */
export const TIMEZONES: readonly string[] = today([...canonical, 'UTC']);

/** Asking `Intl` makes a formatter, every time some 0.2 ms. */
const known = new Map<string, boolean>();

/** Names as IANA spells them: those above, the names that zones had before, and the usual ones of UTC. */
const spelled: ReadonlySet<string> = new Set([
  ...[...TIMEZONES, ...canonical, 'Etc/UTC', 'GMT'],
  ...rawTimeZones.flatMap(({ name, group }) => [name, ...group]),
]);

/** Whether IANA has a zone of exactly this name and `Intl` knows it. Offsets such as +02:00 are no zones. */
export function isKnownTimezone(zone: string): boolean {
  if (!spelled.has(zone)) return false;
  const asked = known.get(zone) ?? canonicalOf(zone) !== undefined;
  known.set(zone, asked);
  return asked;
}

/** The zones of a country by its ISO 3166-1 alpha-2 code, by name; none for a few islands where nobody lives. */
export function timezonesOf(iso2: string): string[] {
  const locale = new Intl.Locale(`und-${iso2}`) as Intl.Locale & { getTimeZones?(): string[]; readonly timeZones?: string[] };
  return today(locale.getTimeZones?.() ?? locale.timeZones ?? []);
}
