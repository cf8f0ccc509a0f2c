import { toText } from '../values/value.js';
import type { ConfigItem } from './config-item.js';
import type { ConfigMenu } from './config-menu.js';
import type { ConfigTree } from './config-tree.js';
import { INTERFACE_NEEDED } from './generic-commands.js';
import { propertyText } from './property-types.js';

export interface ExportOptions {
  /** Show passwords and keys (`show-sensitive`). */
  sensitive?: boolean;
  /** Show defaults too (`verbose`). */
  verbose?: boolean;
}

/** A value as `/export` writes it: bare when it can be, else quoted with RouterOS' escapes. */
export function quote(text: string): string {
  if (/^[A-Za-z0-9_.:/,@*+!-]+$/.test(text)) return text;
  let out = '"';
  for (const c of text) {
    const code = c.charCodeAt(0);
    if (c === '"' || c === '\\' || c === '$' || c === '?') out += `\\${c}`;
    else if (c === '\n') out += '\\n';
    else if (c === '\r') out += '\\r';
    else if (c === '\t') out += '\\t';
    else if (code < 32 || code > 126) out += `\\${code.toString(16).toUpperCase().padStart(2, '0')}`;
    else out += c;
  }
  return `${out}"`;
}

function pairs(item: ConfigItem, menu: ConfigMenu, options: ExportOptions, changedOnly: boolean): string[] {
  const out: string[] = [];
  const names = new Set([
    ...item.properties.keys(),
    ...(options.verbose || changedOnly
      ? [...(item.original?.keys() ?? []), ...(options.verbose ? Object.keys(menu.spec.defaults) : [])]
      : []),
  ]);
  for (const name of [...names].sort()) {
    if (menu.spec.unexported.includes(name) || !menu.argument(name)) continue;
    if (!options.sensitive && menu.spec.sensitive.includes(name)) continue;
    const value = item.properties.get(name) ?? menu.defaultOf(name) ?? '';
    if (changedOnly) {
      const before = item.original?.get(name) ?? menu.defaultOf(name) ?? (name === 'disabled' ? false : '');
      if (toText(before) === toText(value)) continue;
    } else if (!options.verbose && menu.isDefault(name, value)) continue;
    out.push(`${name}=${quote(propertyText(value))}`);
  }
  return out;
}

function menuLines(menu: ConfigMenu, options: ExportOptions): string[] {
  if (!menu.spec.exported || menu.spec.rows) return [];
  if (menu.singleton) {
    const values = pairs(menu.single, menu, options, !options.verbose);
    return values.length > 0 ? [`set ${values.join(' ')}`] : [];
  }
  const lines: string[] = [];
  for (const item of menu.items) {
    if (item.origin === 'user') lines.push(['add', ...pairs(item, menu, options, false)].join(' '));
    if (item.origin !== 'factory') continue;
    const values = pairs(item, menu, options, !options.verbose);
    if (values.length > 0) lines.push(`set ${menu.spec.exportName?.(item) ?? `*${item.id}`} ${values.join(' ')}`);
  }
  return lines;
}

/** Menus by name, but each after those its items refer to: an export must be importable from top to bottom. */
function ordered(tree: ConfigTree, menus: ConfigMenu[]): ConfigMenu[] {
  const out = new Set<ConfigMenu>();
  const visiting = new Set<ConfigMenu>();
  const byKey = new Map(menus.map((menu) => [menu.key, menu]));
  const visit = (menu: ConfigMenu): void => {
    if (out.has(menu) || visiting.has(menu)) return;
    visiting.add(menu);
    for (const key of Object.values(menu.spec.references)) if (byKey.has(key)) visit(byKey.get(key)!);
    if (INTERFACE_NEEDED.has(menu.key)) for (const other of menus) if (tree.isInterface(other.key)) visit(other);
    out.add(menu);
  };
  for (const menu of [...menus].sort((a, b) => (a.key < b.key ? -1 : 1))) visit(menu);
  return [...out];
}

/**
 * The configuration as `/export terse`-less compact text: only what differs from a factory router, menus sorted, no
 * header with the date and no line wrapping, so equal configurations give equal text.
 */
export function exportText(tree: ConfigTree, path: readonly string[], options: ExportOptions = {}): string {
  const prefix = path.join('/');
  const menus = tree.touched().filter((menu) => prefix === '' || menu.key === prefix || menu.key.startsWith(`${prefix}/`));
  const blocks: string[] = [];
  for (const menu of ordered(tree, menus)) {
    const lines = menuLines(menu, options);
    if (lines.length > 0) blocks.push(`/${menu.path.join(' ')}\n${lines.join('\n')}\n`);
  }
  return blocks.join('');
}
