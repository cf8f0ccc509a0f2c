import { UsageError } from './command.js';
import { print, say } from './project.js';
import { allSites, type SiteView, siteNamed } from './remote/find-site.js';
import { remoteCommand } from './remote/remote-command.js';
import { type Cell, facts, screen, table } from './remote/table.js';

const COLOURS = { online: 'green', offline: 'red', pending: 'yellow', deleting: 'gray' } as const;

export const sites = remoteCommand({
  name: 'sites',
  positionals: ['[show]', '[site]'],
  summary: 'List the sites of your team, or show one.',
  options: {
    offline: { describe: 'Those only whose router does not poll.' },
    search: { value: 'TEXT', describe: 'Those only with this in name, model, version, serial number or address.' },
    json: { describe: 'For programs: a list of objects, or one; see docs/command-line.md.' },
  },
  notes: '[site] is an id, the short id (site_…), a name, or the beginning of one name alone.',
  async run(server, { offline, search, json }, [action, word]) {
    if (action !== undefined && action !== 'show') throw new UsageError(`sites knows one action: show, not «${action}».`);
    if (action && !word) throw new UsageError('sites show needs a site.');
    const all = await allSites(server);
    if (word !== undefined) return show(siteNamed(all, word), Boolean(json));
    const wanted = search?.toLowerCase();
    const shown = all.filter((site) => (!offline || site.state === 'offline') && (wanted === undefined || textOf(site).includes(wanted)));
    if (json) return print(JSON.stringify(shown.map(siteJson), null, 2));
    const rows = shown.map((site) => [
      site.name,
      state(site),
      site.software_version ?? '',
      site.model ?? '',
      site.last_seen ?? '',
      site.id,
    ]);
    for (const line of table(['NAME', 'STATE', 'VERSION', 'MODEL', 'LAST SEEN', 'ID'], rows, screen())) print(line);
    if (!shown.length) say(all.length ? 'No site is like that.' : 'There is no site yet.');
  },
});

function show(site: SiteView, json: boolean): void {
  if (json) return print(JSON.stringify(siteJson(site), null, 2));
  const lines = facts([
    ['Name', site.name],
    ['Id', site.id],
    ['State', site.state],
    ['Last seen', site.last_seen && `${site.last_seen}${site.last_seen_from ? ` from ${site.last_seen_from}` : ''}`],
    ['Uptime', site.state === 'online' ? site.uptime : null],
    ['Identity', site.identity],
    ['Model', site.model],
    ['RouterOS', site.software_version],
    ['Serial number', site.serial_number],
    ['Address', site.address],
    ['Time zone', site.timezone],
  ]);
  lines.forEach(print);
}

/** What `--json` shows of a site: names and meanings stay as they are. */
const siteJson = (s: SiteView) => ({
  ...{ id: s.id, name: s.name, state: s.state, software_version: s.software_version, model: s.model, serial_number: s.serial_number },
  ...{ identity: s.identity, address: s.address, last_seen_at: s.last_seen_at, last_seen_from: s.last_seen_from, created_at: s.created_at },
});

const state = (site: SiteView): Cell => ({ text: site.state, colour: COLOURS[site.state] });

const textOf = (s: SiteView): string =>
  [s.name, s.model, s.software_version, s.serial_number, s.identity, s.address, s.last_seen_from, s.id].join('\n').toLowerCase();
