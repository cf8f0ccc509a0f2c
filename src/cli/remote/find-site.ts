import { CommandFailed } from '../command.js';
import type { Server } from './server.js';
import { plain } from './table.js';

/** A site as the API answers it, as far as commands need it. */
export interface SiteView {
  readonly id: string;
  readonly pid: string;
  readonly name: string;
  readonly state: 'pending' | 'online' | 'offline' | 'deleting';
  readonly software_version: string | null;
  readonly model: string | null;
  readonly serial_number: string | null;
  readonly identity: string | null;
  readonly address: string | null;
  readonly last_seen: string | null;
  readonly last_seen_at: string | null;
  readonly last_seen_from: string | null;
  readonly uptime: string | null;
  readonly timezone: string | null;
  readonly adopted_at?: string | null;
  readonly created_at: string;
}

const SHOWN = 20;

export const allSites = (server: Server): Promise<SiteView[]> => server.all<SiteView>('/sites');

/**
 * The sites that these words mean, each once, in their order: an id, `site_…`, a whole name, else what one name alone begins
 * with, upper and lower case being the same there.
 * @throws CommandFailed when a word means none or several
 */
export function sitesNamed(sites: readonly SiteView[], words: readonly string[]): SiteView[] {
  return [...new Set(words.map((word) => siteNamed(sites, word)))];
}

export function siteNamed(sites: readonly SiteView[], word: string): SiteView {
  const folded = fold(word);
  const ways: ((site: SiteView) => boolean)[] = [
    (site) => site.id === folded || site.pid === word,
    (site) => site.name === word,
    (site) => fold(site.name) === folded,
    (site) => fold(site.name).startsWith(folded),
  ];
  for (const way of ways) {
    const found = sites.filter(way);
    if (found.length === 1) return found[0]!;
    if (found.length > 1) throw new CommandFailed(`Several sites match «${word}»; name one by its id:\n${listed(found)}`);
  }
  const near = sites.filter((site) => fold(site.name).includes(folded));
  throw new CommandFailed(
    `There is no site «${word}».${near.length ? ` These have it in their name:\n${listed(near)}` : ' `rosfleet sites` lists them.'}`,
  );
}

const fold = (text: string): string => text.normalize('NFC').toLowerCase();

const listed = (sites: readonly SiteView[]): string =>
  [
    ...sites.slice(0, SHOWN).map((site) => `  ${site.id}  ${plain(site.name)}`),
    ...(sites.length > SHOWN ? [`  and ${sites.length - SHOWN} more`] : []),
  ].join('\n');
