import { createHash } from 'node:crypto';
import type { ExportCommand, ExportHeader, OpaqueLine, RouterExport } from './export.js';
import { isNoise, isState } from './noise.js';
import { orderMatters } from './order.js';
import { parseExport } from './parse-export.js';

/** The facts of the header that are the router's and not the export's: all but the date. */
export const HEADER_FACTS = [
  ['version', 'RouterOS version'],
  ['softwareId', 'software id'],
  ['model', 'model'],
  ['serial', 'serial number'],
] as const satisfies readonly (readonly [keyof ExportHeader, string])[];

const PLAIN = /^[\w.:/,@*+!-]+$/;
const quoted = (value: string): string => (PLAIN.test(value) ? value : JSON.stringify(value));

/**
 * A command in the one spelling that all its spellings share, without its menu: properties by name, states left out. Null for
 * what is no configuration.
 */
export function canonicalCommand(command: ExportCommand): string | null {
  if (isNoise(command)) return null;
  const { menu, verb, selector, properties, flags } = command;
  const pairs: string[] = [];
  for (const [name, value] of properties) if (!isState(menu, name)) pairs.push(`${name}=${quoted(value)}`);
  if (pairs.length === 0 && flags.length === 0 && verb === 'set') return null;
  if (pairs.length > 1) pairs.sort();
  const words = selector === null ? [verb] : [verb, selectorText(selector)];
  if (flags.length > 0) words.push(...[...flags].sort());
  return [...words, ...pairs].join(' ');
}

const selectorText = ({ text, find }: NonNullable<ExportCommand['selector']>): string =>
  find === null
    ? quoted(text)
    : `[find ${[...find]
        .map(([name, value]) => `${name}=${quoted(value)}`)
        .sort()
        .join(' ')}]`;

/**
 * One text for all exports of an unchanged router: the header's facts without the date; menus by name; items as they stand
 * where order means something (`orderMatters`), else sorted; nothing that `isNoise` or `isState`; no comment lines. What is
 * not understood counts as it stands.
 */
export function canonicalExport(text: string): string {
  return canonicalOf(parseExport(text));
}

export function canonicalOf({ header, commands, opaque }: RouterExport): string {
  const menus = new Map<string, string[]>();
  const put = (menu: string, line: string): void => {
    const lines = menus.get(menu);
    if (lines === undefined) menus.set(menu, [line]);
    else lines.push(line);
  };
  for (const command of inFileOrder(commands, opaque)) {
    const line = isOpaque(command) ? `? ${command.text}` : canonicalCommand(command);
    if (line !== null) put(command.menu, line);
  }
  const facts = HEADER_FACTS.filter(([fact]) => header[fact] !== null).map(([fact, name]) => `# ${name} = ${header[fact]}`);
  const blocks = [...menus.keys()].sort().map((menu) => {
    const lines = menus.get(menu)!;
    return [menu, ...(orderMatters(menu) ? lines : lines.sort())];
  });
  const lines = [facts, ...blocks].flat();
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

const isOpaque = (line: ExportCommand | OpaqueLine): line is OpaqueLine => 'text' in line;

const inFileOrder = (commands: readonly ExportCommand[], opaque: readonly OpaqueLine[]): readonly (ExportCommand | OpaqueLine)[] =>
  opaque.length === 0 ? commands : [...commands, ...opaque].sort((a, b) => a.line - b.line);

/** SHA-256 (hex) of `canonicalExport`: the same for two exports exactly when `compareExports` finds nothing. */
export const exportFingerprint = (side: string | RouterExport): string =>
  createHash('sha256')
    .update(canonicalOf(typeof side === 'string' ? parseExport(side) : side))
    .digest('hex');
