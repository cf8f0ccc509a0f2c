/** Exports for tests: written by us after real ones of RouterOS 6.49 to 7.24, with names and addresses of documentation. */
import { readdirSync, readFileSync } from 'node:fs';
import { decodeExport } from '../../src/routeros/export/index.js';
import { eachLine } from '../../src/routeros/export/lines.js';
import { orderMatters } from '../../src/routeros/export/order.js';
import { CommandReader, menuPath, valueSpans } from '../../src/routeros/export/parse-command.js';

const folder = new URL('../fixtures/exports/', import.meta.url);

/** Names and texts of all fixtures. */
export const EXPORTS: readonly (readonly [name: string, text: string])[] = readdirSync(folder)
  .sort()
  .map((name) => [name, decodeExport(readFileSync(new URL(name, folder)))]);

export const exportNamed = (start: string): string => EXPORTS.find(([name]) => name.startsWith(start))![1];

/** Numbers from 0 to below 1 that follow from a seed (mulberry32). */
export function dice(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** An export as logical lines: comments, menus and commands with the menu they belong to. */
export interface Block {
  readonly menu: string;
  readonly lines: string[];
}

/** The header lines and then each menu with its lines, joined and without comments. */
export function blocksOf(text: string): { header: string[]; blocks: Block[] } {
  const header: string[] = [];
  const blocks: Block[] = [];
  eachLine(text, (line) => {
    if (line.startsWith('#')) return void (blocks.length === 0 && header.push(line));
    if (line === '') return;
    const path = line.startsWith('/') ? menuPath(line) : null;
    if (path !== null && path.end === line.length) return void blocks.push({ menu: path.menu, lines: [] });
    if (path === null) blocks.at(-1)!.lines.push(line);
    else if (blocks.at(-1)?.menu === path.menu) blocks.at(-1)!.lines.push(line.slice(path.end));
    else blocks.push({ menu: path.menu, lines: [line.slice(path.end)] });
  });
  return { header, blocks };
}

export const textOf = (header: readonly string[], blocks: readonly Block[]): string =>
  [...header, ...blocks.flatMap(({ menu, lines }) => [menu.replaceAll('/', ' ').replace(' ', '/'), ...lines])]
    .map((line) => `${line}\n`)
    .join('');

const STATUS = [
  ...['# inactive time', '# ether5 not ready', '# poe-out status: short_circuit', '# received packet from 192.0.2.9 bad format'],
  ...['# Firmware upgraded successfully, please reboot for changes to take effect!', '# Interface not running', '# no connection to CAP'],
  ...[
    '# managed by CAPsMAN',
    '# channel: 5220/20-Ce/ac/P(15dBm), SSID: x, CAPsMAN forwarding',
    '# DHCP server can not run on slave interface!',
  ],
  ...['# in/out-interface matcher not possible when interface (ether3) is slave - use master instead (bridge)'],
];
const DATES = ['jan/02/1970 00:00:10', 'feb/29/2024 23:59:59', '2024-05-01 12:00:01', '2026-11-22 07:00:00'];
const STATES: Readonly<Record<string, string>> = {
  '/system/script': 'run-count',
  '/system/scheduler': 'run-count',
  '/ip/firewall/filter': 'bytes',
};

/** The same configuration as another export of the same router may write it: every class of noise that docs/exports.md lists. */
export function noisy(text: string, random: () => number): string {
  const chance = (share: number): boolean => random() < share;
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
  const shuffled = <T>(items: readonly T[]): T[] =>
    items
      .map((item) => [random(), item] as const)
      .sort((a, b) => a[0] - b[0])
      .map(([, item]) => item);
  const { header, blocks } = blocksOf(text);
  const date = pick(DATES);
  const end = chance(0.5) ? '\n' : '\r\n';
  const isTerse = chance(0.3);
  const columns = 20 + Math.floor(random() * 100);
  const out = header.map((line) => line.replace(/^# .* by RouterOS/, `# ${date} by RouterOS`));
  const serial = chance(0.5) ? [] : [{ menu: '/port', lines: ['set 0 name=serial0', 'set 1 name=usb1'] }];
  for (const { menu, lines } of [...blocks.filter((block) => block.menu !== '/port'), ...serial]) {
    const path = menu.replaceAll('/', ' ').replace(' ', '/');
    if (!isTerse || chance(0.2)) out.push(path);
    const written = orderMatters(menu) ? [...lines] : shuffled(lines);
    if (menu === '/ip/firewall/address-list' && chance(0.5)) written.push('add address=192.0.2.200 dynamic=yes list=seen');
    if (menu === '/queue/simple' && chance(0.5)) written.unshift('add name="<pppoe-guest>" target="<pppoe-guest>"');
    for (const line of written) {
      while (chance(0.1)) out.push(pick(STATUS));
      if (chance(0.05)) out.push('');
      const state = STATES[menu] !== undefined && chance(0.5) ? ` ${STATES[menu]}=${Math.floor(random() * 1000)}` : '';
      const command = `${shuffledProperties(line, menu, shuffled)}${state}`;
      out.push(wrapped(isTerse ? `${path} ${command}` : command, columns, end, chance) + (chance(0.1) ? '  ' : ''));
    }
  }
  return (chance(0.1) ? '\ufeff' : '') + out.join(end) + end;
}

/** The command with its properties in another order; those whose names lean on the one before (`.width=`) stay. */
function shuffledProperties(line: string, menu: string, shuffled: <T>(items: readonly T[]) => T[]): string {
  const found = valueSpans(line, menu);
  const command = new CommandReader().read(line, menu);
  if (found === null || found.spans.length === 0 || command === null || typeof command === 'string') return line;
  if (command.flags.length > 0 || [...command.properties.keys()].some((name) => name.includes('.'))) return line;
  const starts = found.spans.map(({ name, start }) => start - name.length - 1);
  const head = line.slice(0, starts[0]);
  return head + shuffled(found.spans.map(({ end }, i) => line.slice(starts[i], end))).join(' ');
}

/** Wraps a line at any column where RouterOS could read it back: not inside an escape, not before a blank. */
function wrapped(line: string, columns: number, end: string, chance: (share: number) => boolean): string {
  if (chance(0.3)) return line;
  const tokens = line.match(/\\[0-9A-F]{2}|\\.|[^\\]/gsu) ?? [];
  let out = '';
  let width = 0;
  for (const token of tokens) {
    if (width >= columns && token !== ' ' && token !== '\t') {
      out += `\\${end}    `;
      width = 4;
    }
    out += token;
    width += token.length;
  }
  return out;
}
