import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/** The trees we carry, oldest first. Source and licence: README.md beside this file. */
export const SCHEMA_VERSIONS = ['7.16.2', '7.22.3', '7.24'] as const;
export type SchemaVersion = (typeof SCHEMA_VERSIONS)[number];

/** A menu maps names to menus and commands; a number is a command, an index into the signatures. */
export type SchemaNode = number | SchemaMenu;
export interface SchemaMenu {
  [name: string]: SchemaNode;
}

type RawArgument = number | [desc: number, values: number];

interface Document {
  version: string;
  tree: SchemaMenu;
  sigs: Record<string, RawArgument>[];
  descs: string[];
  enums: [closed: 0 | 1 | 2, values: string[]][];
  mandatory: Record<string, string[]>;
  properties: Record<string, string[]>;
  hardwareMenus: string[];
  hardwareArgs: Record<string, string[]>;
}

export interface SchemaArgument {
  /** RouterOS' own description of the type, for example `num`, `time interval`, `A.B.C.D    (IP address)`; may be empty. */
  desc: string;
  /** Known values: all there are (`closed`), all but numbers (`or-number`), or only examples (`open`). */
  values?: readonly string[];
  closed: 'open' | 'closed' | 'or-number';
}

export type EnumMatch = { ok: true; value: string } | { ok: false; ambiguous: boolean };

export function compareVersions(a: string, b: string): number {
  const x = a.split('.').map((part) => parseInt(part, 10) || 0);
  const y = b.split('.').map((part) => parseInt(part, 10) || 0);
  for (let i = 0; i < 3; i++) if ((x[i] ?? 0) !== (y[i] ?? 0)) return (x[i] ?? 0) - (y[i] ?? 0);
  return 0;
}

/** The tree nearest to a router's version: the newest that is not newer, else the oldest. */
export function resolveVersion(routerVersion: string): SchemaVersion {
  let found: SchemaVersion = SCHEMA_VERSIONS[0];
  for (const version of SCHEMA_VERSIONS) if (compareVersions(version, routerVersion) <= 0) found = version;
  return found;
}

/** Properties `print` and `find` know in any menu although completion does not always list them. */
const COMMON_PROPERTIES = [
  '.id',
  '.nextid',
  'active',
  'comment',
  'default',
  'disabled',
  'dynamic',
  'inactive',
  'invalid',
  'name',
  'running',
  'static',
];

/** Menus, commands, arguments and values of one RouterOS version. Read-only; shared by everyone who asks for it. */
export class CommandSchema {
  private static readonly loaded = new Map<SchemaVersion, CommandSchema>();
  private readonly propertySets = new Map<string, ReadonlySet<string>>();
  private readonly argumentCache = new Map<RawArgument, SchemaArgument>();

  private constructor(private readonly document: Document) {}

  /** The schema for a router of this version (see `resolveVersion`); read from disk once. */
  static for(routerVersion: string): CommandSchema {
    const version = resolveVersion(routerVersion);
    let schema = this.loaded.get(version);
    if (!schema) {
      const file = new URL(`./commands-${version}.json.gz`, import.meta.url);
      schema = new CommandSchema(JSON.parse(gunzipSync(readFileSync(file)).toString('utf8')) as Document);
      this.loaded.set(version, schema);
    }
    return schema;
  }

  get version(): string {
    return this.document.version;
  }

  get root(): SchemaMenu {
    return this.document.tree;
  }

  /** The menu or command at a path, or undefined. */
  node(path: readonly string[]): SchemaNode | undefined {
    let node: SchemaNode | undefined = this.document.tree;
    for (const name of path) {
      if (node === undefined || typeof node === 'number') return undefined;
      node = Object.hasOwn(node, name) ? node[name] : undefined;
    }
    return node;
  }

  menu(path: readonly string[]): SchemaMenu | undefined {
    const node = this.node(path);
    return typeof node === 'object' ? node : undefined;
  }

  /** Names of a command's arguments, or undefined when there is no such command. */
  argumentNames(path: readonly string[], command: string): string[] | undefined {
    const signature = this.signature(path, command);
    return signature && Object.keys(signature);
  }

  argument(path: readonly string[], command: string, name: string): SchemaArgument | undefined {
    const signature = this.signature(path, command);
    if (!signature || !Object.hasOwn(signature, name)) return undefined;
    return this.describe(signature[name]!);
  }

  /** Arguments `add` cannot do without, by the manual. */
  mandatory(path: readonly string[]): readonly string[] {
    return this.document.mandatory[path.join('/')] ?? [];
  }

  /** Whether a menu exists only on some hardware (or only on arm64). */
  isHardware(path: readonly string[]): boolean {
    return this.document.hardwareMenus.includes(path.join('/'));
  }

  /** Every property name `get`, `find` and `print` of a menu take. */
  properties(path: readonly string[]): ReadonlySet<string> {
    const key = path.join('/');
    let names = this.propertySets.get(key);
    if (!names) {
      const all = new Set<string>(COMMON_PROPERTIES);
      for (const name of this.argument(path, 'get', 'value-name')?.values ?? []) all.add(name);
      for (const name of this.document.properties[key] ?? []) all.add(name);
      for (const command of ['set', 'add']) for (const name of this.argumentNames(path, command) ?? []) all.add(name);
      all.delete('numbers');
      all.delete('copy-from');
      all.delete('place-before');
      this.propertySets.set(key, (names = all));
    }
    return names;
  }

  private signature(path: readonly string[], command: string): Record<string, RawArgument> | undefined {
    const menu = this.menu(path);
    const node = menu && Object.hasOwn(menu, command) ? menu[command] : undefined;
    return typeof node === 'number' ? this.document.sigs[node] : undefined;
  }

  private describe(raw: RawArgument): SchemaArgument {
    let argument = this.argumentCache.get(raw);
    if (!argument) {
      const { descs, enums } = this.document;
      if (typeof raw === 'number') argument = { desc: descs[raw] ?? '', closed: 'open' };
      else {
        const [closed, values] = enums[raw[1]]!;
        argument = { desc: descs[raw[0]] ?? '', values, closed: closed === 1 ? 'closed' : closed === 2 ? 'or-number' : 'open' };
      }
      this.argumentCache.set(raw, argument);
    }
    return argument;
  }
}

/** The one name that equals `word`, or that it is an unambiguous beginning of. */
export function matchName(names: Iterable<string>, word: string): EnumMatch {
  let found: string | undefined;
  let ambiguous = false;
  for (const name of names) {
    if (name === word) return { ok: true, value: name };
    if (word !== '' && name.startsWith(word)) {
      if (found !== undefined) ambiguous = true;
      found = name;
    }
  }
  return found !== undefined && !ambiguous ? { ok: true, value: found } : { ok: false, ambiguous };
}

/** Arguments whose value lists name protocols or marks that may also be given as numbers. */
const NUMBER_ALSO =
  /(^|-)(protocol|protocols|ttl|hop-limit|priority|dscp|frequency|mtu|code|version|port|queue-size|key-size|label|channel|entries)$/;

/**
 * Matches a value against an argument's list as the console does: each item of a comma list by full name or unique
 * beginning, `!item` allowed. Answers the value with full names. Arguments without a closed list take anything.
 */
export function matchEnum(argument: SchemaArgument, name: string, value: string): EnumMatch {
  if (argument.closed === 'open' || !argument.values || value === '') return { ok: true, value };
  if (argument.values.includes(value)) return { ok: true, value };
  const out: string[] = [];
  for (const item of value.split(',')) {
    const negated = item.startsWith('!');
    const word = negated ? item.slice(1) : item;
    const match = matchName(argument.values, word);
    if (match.ok) out.push((negated ? '!' : '') + match.value);
    else if (
      word === '' ||
      ((argument.closed === 'or-number' || NUMBER_ALSO.test(name)) && /^(0x[0-9a-fA-F]+|\d+)([:-][\d-]+)?$/.test(word))
    )
      out.push(item);
    else if (argument.values.includes(word.split(/[:/@]/)[0]!) && !argument.values.includes('yes')) out.push(item);
    else if (typedLikeDescription(argument.desc, word)) out.push(item);
    else return match;
  }
  return { ok: true, value: out.join(',') };
}

/** A list may stand beside a type: `mtu=auto` or a number, `address=none` or an address. */
function typedLikeDescription(desc: string, word: string): boolean {
  if (desc.includes('time interval') || desc === 'alt time') return /^\d+(w|d|h|m|s|ms|us|ns|:|$)/.test(word);
  if (desc.startsWith('num') || desc === 'alt num') return /^-?(0x[0-9a-fA-F]+|\d+)/.test(word);
  if (/A\.B\.C\.D|IPv6/.test(desc)) return /^[0-9a-fA-F.:]+([/%-].*)?$/.test(word);
  if (desc.startsWith('AB[')) return /^[0-9A-Fa-f:.-]{11,17}$/.test(word);
  return false;
}
