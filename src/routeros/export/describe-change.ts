import type { ExportChange, PropertyChange } from './export.js';

const LONG = 60;
const PLAIN = /^[\w.:/,@*+!-]+$/;
const VERBS = { added: 'added', removed: 'removed', changed: 'changed', moved: 'moved' } as const;

/**
 * A change as one line for people: `/ip/firewall/filter: rule 3 "drop the rest" changed: action accept → drop`. Long values are
 * cut, control characters written as escapes.
 */
export function describeChange(change: ExportChange): string {
  const { kind, menu, item, properties, moved, references } = change;
  const where = menu === '' ? item : item === '' ? menu : `${menu}: ${oneLine(item)}`;
  const details = properties.filter(({ name }) => !name.startsWith('['));
  const what =
    kind === 'changed'
      ? `: ${properties.map(changed).join(', ')}${moved ? ', and moved' : ''}`
      : details.length > 0
        ? ` (${details.map((property) => held(property, kind)).join(' ')})`
        : '';
  const too = references === 0 ? '' : ` (and ${references} ${references === 1 ? 'item that names' : 'items that name'} it)`;
  return `${where} ${VERBS[kind]}${what}${too}`;
}

function changed({ name, from, to, secret }: PropertyChange): string {
  if (secret && from !== null && to !== null) return `${name} (not shown)`;
  if (from === null) return to === '' ? `${name} set` : `${name} set to ${short(to!)}`;
  if (to === null) return `${name} no longer set (was ${short(from)})`;
  return from.length > LONG || to.length > LONG ? longChange(name, from, to) : `${name} ${short(from)} → ${short(to)}`;
}

/** Of long values that part is shown where they begin to differ. */
function longChange(name: string, from: string, to: string): string {
  let at = 0;
  while (at < from.length && from[at] === to[at]) at++;
  const start = Math.max(0, at - 20);
  const line = from.slice(0, at).split('\n').length;
  const where = from.includes('\n') || to.includes('\n') ? `${name} line ${line}` : name;
  return `${where} ${short(from.slice(start))} → ${short(to.slice(start))}`;
}

const held = ({ name, from, to }: PropertyChange, kind: ExportChange['kind']): string => {
  const value = (kind === 'removed' ? from : to) ?? '';
  return value === '' ? name : `${name}=${short(value)}`;
};

const short = (value: string): string => {
  const cut = value.length > LONG ? `${value.slice(0, LONG - 1)}…` : value;
  return PLAIN.test(cut) ? cut : JSON.stringify(cut);
};

const oneLine = (text: string): string => text.replace(/[\x00-\x1f\x7f\u2028\u2029]/g, (c) => JSON.stringify(c).slice(1, -1));
