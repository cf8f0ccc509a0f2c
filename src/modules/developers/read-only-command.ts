import type { ApiCommand } from '../../routeros/api/index.js';

/** What may stand beside one kind of command, and what is added to it. */
interface Rule {
  readonly matches: RegExp;
  readonly what: string;
  readonly parameters: ReadonlySet<string>;
  /** Numbers that keep it short: the value without a wish, and the most that may be wished for. */
  readonly bounds?: Readonly<Record<string, { readonly usual: number; readonly most: number }>>;
  /** Words that make it end by itself. */
  readonly always?: readonly string[];
}

const MENU = '(?:/[a-z0-9][a-z0-9-]*)+';
const names = (text: string): ReadonlySet<string> => new Set(text.split(' '));

/**
 * The whole of what runs at once. A list of what is allowed and not of what is forbidden: a command or parameter of a later
 * RouterOS is refused until somebody has looked at it. Left out on purpose: `print file=` writes a file, `print interval=` and
 * `follow` never end, and so does `listen`; `get` answers values without their names, so that nothing could be masked.
 */
const RULES: readonly Rule[] = [
  {
    matches: new RegExp(`^${MENU}/(?:print|getall)$`),
    what: 'print',
    parameters: names('.proplist .id from detail stats count-only oid'),
  },
  {
    matches: /^\/(?:tool\/)?ping$/,
    what: 'ping',
    parameters: names('address count size interface src-address ttl do-not-fragment dscp vrf arp-ping'),
    bounds: { count: { usual: 4, most: 10 } },
  },
  {
    matches: /^\/tool\/traceroute$/,
    what: 'traceroute',
    parameters: names('address count max-hops protocol port size src-address interface use-dns dscp vrf'),
    bounds: { count: { usual: 1, most: 2 }, 'max-hops': { usual: 15, most: 30 } },
    always: ['=timeout=500ms'],
  },
  { matches: /^\/resolve$/, what: 'resolve', parameters: names('domain-name server type') },
  {
    matches: new RegExp(`^(?:/interface/monitor-traffic|/interface${MENU}/monitor|/system/resource/monitor)$`),
    what: 'monitor',
    parameters: names('.id numbers interface .proplist'),
    always: ['=once='],
  },
];

/** Menus whose contents are not configuration or state but what people and programs sent over the network. */
const CLOSED_MENUS = /^\/tool\/sniffer\//;

const ALLOWED = 'Allowed are print, ping, traceroute, resolve and monitor; configuration belongs on POST /api/asynchronous/{router_id}.';

/**
 * The command as it goes to the router, bounded so that it ends.
 * @param path as the caller wrote it
 * @param words `=name=value`, as the caller wrote them
 * @returns why it is refused, as whole sentences, when it is none of those that only read
 */
export function readOnlyCommand(path: string, words: readonly string[]): ApiCommand | { readonly refused: string } {
  const rule = RULES.find(({ matches }) => matches.test(path));
  if (!rule || CLOSED_MENUS.test(path)) return { refused: `${shown(path)} is not among the commands that only read. ${ALLOWED}` };
  const given = new Map<string, string>();
  for (const word of words) {
    const [, name, value] = /^=([^=]+)=([\s\S]*)$/.exec(word) ?? [];
    if (name === undefined || value === undefined) return { refused: `${shown(word)} is no parameter: write =name=value.` };
    if (!rule.parameters.has(name))
      return { refused: `A ${rule.what} does not take ${shown(name)} here. It takes ${[...rule.parameters].join(', ')}.` };
    if (given.has(name)) return { refused: `${name} stands there twice.` };
    given.set(name, value);
  }
  for (const [name, { usual, most }] of Object.entries(rule.bounds ?? {})) {
    const value = given.get(name) ?? String(usual);
    if (!/^\d{1,4}$/.test(value) || Number(value) < 1 || Number(value) > most)
      return { refused: `${name} must be a whole number from 1 to ${most}, so that the command ends.` };
    given.set(name, value);
  }
  return { path, words: [...[...given].map(([name, value]) => `=${name}=${value}`), ...(rule.always ?? [])] };
}

const shown = (text: string): string => JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
