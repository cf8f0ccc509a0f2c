import type { CommandArguments, Step } from '../language/interpreter.js';
import { NOTHING, RosArray, toText, type RosValue } from '../values/value.js';
import type { ConfigItem } from './config-item.js';
import type { ConfigMenu } from './config-menu.js';
import type { MenuCommand } from './menu-spec.js';
import { asArray, matching, valueName } from './generic-commands.js';
import { propertyText } from './property-types.js';

/** Items `print` is to show: `from=` and `where` applied. */
function* chosen(menu: ConfigMenu, args: CommandArguments): Step<ConfigItem[]> {
  const items = yield* matching(menu, args);
  const from = args.named.get('from');
  if (from === undefined) return items;
  const wanted = new Set(menu.select(from));
  return items.filter((item) => wanted.has(item));
}

const quoted = (value: RosValue): string => {
  const text = propertyText(value);
  return typeof value === 'string' || /\s/.test(text) ? `"${text}"` : text;
};

function rowText(item: ConfigItem, number: number, names: string[] | undefined, ids: boolean): string {
  const flags = (['disabled', 'dynamic', 'invalid'] as const)
    .map((flag) => (item.get(flag) === true ? flag[0]!.toUpperCase().replace('D', flag === 'disabled' ? 'X' : 'D') : ' '))
    .join('');
  const shown = (names ?? item.visibleNames()).filter(
    (name) => name !== 'comment' && name !== 'disabled' && name !== 'dynamic' && item.get(name) !== NOTHING,
  );
  const comment = toText(item.get('comment'));
  const body = shown.map((name) => `${name}=${quoted(item.get(name))}`).join(' ');
  return `${ids ? `*${item.id}`.padEnd(4) : String(number).padStart(2)} ${flags} ${comment === '' ? '' : `;;; ${comment}\n      `}${body}`;
}

/** `print`: values for scripts, a plain listing for people (RouterOS' column layout is not imitated). */
export const printCommand: MenuCommand = function* ({ router, run, menu, args }) {
  const list = args.named.get('proplist');
  const names = list === undefined ? undefined : propertyText(list).split(',').filter((name) => name !== '' && name !== '.id').map((name) => valueName(menu, name)); // prettier-ignore
  if (menu.singleton) {
    if (args.flags.has('as-value')) return asArray(menu.single, names);
    const shown = names ?? menu.single.visibleNames();
    const width = Math.max(0, ...shown.map((name) => name.length));
    return yield* show(shown.map((name) => `  ${name.padStart(width)}: ${propertyText(menu.single.get(name))}`));
  }
  const items = yield* chosen(menu, args);
  if (args.flags.has('count-only')) {
    if (!args.flags.has('as-value')) run.print(String(items.length));
    return items.length;
  }
  if (args.flags.has('as-value')) return new RosArray(items.map((item) => asArray(item, names)));
  return yield* show(items.map((item, index) => rowText(item, index, names, args.flags.has('show-ids'))));

  function* show(lines: string[]): Step {
    const file = args.named.get('file');
    if (file === undefined) for (const line of lines) run.print(line);
    else router.files.write(toText(file).includes('.') ? toText(file) : `${toText(file)}.txt`, lines.map((line) => `${line}\n`).join(''));
    return NOTHING;
  }
};
