import {
  builtin,
  concat,
  equal,
  find,
  get,
  greater,
  len,
  pick,
  plus,
  script,
  toArray,
  toText,
  typeOf,
  unequal,
  v,
  type Body,
  type Expression,
  type Script,
} from '../script/index.js';
import { settingId } from './difference.js';
import { settingItem } from './menus.js';
import { keepName, KEPT_BEFORE, VALUES_BEFORE } from './names.js';
import type { WishSetting } from './wish.js';

/**
 * Foreign settings and what they were. The source of `rosfleet-keep-<section>` is no code but lines `slot|property=value`
 * between line feeds, the first one included: a value is kept when a section first changes it and goes when it is given back.
 * While a change is on trial, `rosfleet-values` holds the values it found in the same form, and `rosfleet-kept` a copy of the
 * kept ones, so that it can be undone without knowing what was there.
 */

const slotOf = (setting: WishSetting): string => {
  const words = [setting.menu.slice(1), ...Object.values(setting.where).map(String)].join('/');
  return words.replace(/[^A-Za-z0-9/.:-]/g, (c) => `_${c.codePointAt(0)!.toString(16)}_`);
};
const keyOf = (setting: WishSetting, property: string): string => `\n${slotOf(setting)}|${property}=`;
type Touched = readonly (readonly [WishSetting, readonly string[]])[];

/** Every property that a push may change: what is wished now, and what was wished before and is given back. */
export function touched(had: readonly WishSetting[], shall: readonly WishSetting[]): Touched {
  const all = new Map<string, [WishSetting, Set<string>]>();
  for (const setting of [...shall, ...had]) {
    const [, properties] = all.get(settingId(setting)) ?? all.set(settingId(setting), [setting, new Set()]).get(settingId(setting))!;
    for (const property of Object.keys(setting.set)) properties.add(property);
  }
  return [...all.values()].map(([setting, properties]) => [setting, [...properties]] as const);
}

/** Properties that were wished before and are no more: they get back what they were. */
export function givenBack(had: readonly WishSetting[], shall: readonly WishSetting[]): Touched {
  const wished = new Set(shall.flatMap((setting) => Object.keys(setting.set).map((property) => keyOf(setting, property))));
  return had.flatMap((setting) => {
    const properties = Object.keys(setting.set).filter((property) => !wished.has(keyOf(setting, property)));
    return properties.length ? [[setting, properties] as const] : [];
  });
}

/** Notes what is there, for the way back and, of what is changed for the first time, for good. Raises before anything changed. */
export function noteSettings(section: string, had: readonly WishSetting[], shall: readonly WishSetting[]): Script {
  const like = (setting: WishSetting, property: string) =>
    [...shall, ...had].find((other) => settingId(other) === settingId(setting) && property in other.set)!.set[property]!;
  return script((s) => {
    s.append(load(keepName(section), 'keep'))
      .local('before', v('keep'))
      .local('values', '\n');
    for (const [setting, properties] of touched(had, shall)) {
      s.block((s) => {
        s.append(target(setting));
        for (const property of properties) {
          const line = keyOf(setting, property).slice(1);
          s.block((s) => {
            s.local('was', '').append(readAsText(setting.menu, property, like(setting, property)));
            s.assign('values', concat(v('values'), line, v('was'), '\n'));
            s.if(equal(typeOf(builtin('find', v('keep'), `\n${line}`)), 'nil'), (s) =>
              s.assign('keep', concat(v('keep'), line, v('was'), '\n')),
            );
          });
        }
      });
    }
    s.append(store(KEPT_BEFORE, 'before'))
      .append(store(VALUES_BEFORE, 'values'))
      .append(store(keepName(section), 'keep'));
  });
}

/** Sets what is wished and gives back what no more is. After `noteSettings`. */
export const changeSettings = (section: string, had: readonly WishSetting[], shall: readonly WishSetting[]): Script =>
  script((s) => {
    for (const setting of shall) s.block((s) => s.append(target(setting)).set(setting.menu, v('target'), setting.set));
    s.append(giveBack(keepName(section), givenBack(had, shall)));
  });

/** Gives everything back that a section ever changed. For its removal. */
export const returnSettings = (section: string, settings: readonly WishSetting[]): Script =>
  giveBack(
    keepName(section),
    settings.map((setting) => [setting, Object.keys(setting.set)]),
  );

/** The change stays: what it found is forgotten, and so are the kept values of what it gave back. */
export const forgetSettings = (section: string, had: readonly WishSetting[], shall: readonly WishSetting[]): Script =>
  script((s) => {
    const gone = givenBack(had, shall);
    if (gone.length) {
      s.append(load(keepName(section), 'keep'));
      for (const [setting, properties] of gone) for (const property of properties) s.append(cut(setting, property));
      s.append(store(keepName(section), 'keep'));
    }
    s.append(forgetBefore);
  });

/** Everything is again what `noteSettings` found, the kept values too. Without notes nothing was changed, and nothing happens. */
export const undoSettings = (section: string, had: readonly WishSetting[], shall: readonly WishSetting[]): Script =>
  script((s) =>
    s.if(greater(len(find('/system/script', { name: VALUES_BEFORE })), 0), (s) => {
      s.append(giveBack(VALUES_BEFORE, touched(had, shall)));
      s.append(load(KEPT_BEFORE, 'before')).append(store(keepName(section), 'before'));
      s.append(forgetBefore);
    }),
  );

const forgetBefore: Script = script((s) => {
  for (const name of [KEPT_BEFORE, VALUES_BEFORE]) s.remove('/system/script', find('/system/script', { name }));
});

/** Loads the lines of a script into a variable. */
const load = (name: string, variable: string): Script =>
  script((s) => {
    s.local(variable, '\n');
    s.if(greater(len(find('/system/script', { name })), 0), (s) => s.assign(variable, get('/system/script', name, 'source')));
  });

/** Writes lines back; no lines, no script. */
const store = (name: string, variable: string): Script =>
  script((s) =>
    s.if(
      greater(len(v(variable)), 1),
      (s) =>
        s.if(
          equal(len(find('/system/script', { name })), 0),
          (s) => s.add('/system/script', { name, source: v(variable), comment: `rosfleet:keep:${name}` }),
          (s) => s.set('/system/script', name, { source: v(variable) }),
        ),
      (s) => s.remove('/system/script', find('/system/script', { name })),
    ),
  );

/** Finds the one item of a setting as `target`, or raises. */
const target = (setting: WishSetting): Script =>
  script((s) => {
    s.local('target', settingItem(setting.menu, setting.where));
    s.if(unequal(len(v('target')), 1), (s) => s.error(`rosfleet: ${settingId(setting)} names no single item`));
  });

/** Puts a value into `was` as text that `set` takes again: yes/no, a list joined by commas, or as it prints. */
function readAsText(menu: string, property: string, like: WishSetting['set'][string]): Script {
  const value: Expression = get(menu, v('target'), property);
  return script((s) => {
    if (typeof like === 'boolean') {
      s.if(
        value,
        (s) => s.assign('was', 'yes'),
        (s) => s.assign('was', 'no'),
      );
    } else if (Array.isArray(like)) {
      s.foreach('each', toArray(value), (s) => {
        s.if(greater(len(v('was')), 0), (s) => s.assign('was', concat(v('was'), ',')));
        s.assign('was', concat(v('was'), toText(v('each'))));
      });
    } else {
      s.assign('was', toText(value));
    }
  });
}

/** Sets noted values; an item that is gone, or a value RouterOS no longer takes, keeps none of the others from theirs. */
const giveBack = (name: string, settings: Touched): Script =>
  script((s) => {
    if (!settings.length) return;
    s.append(load(name, 'lines'));
    for (const [setting, properties] of settings) {
      s.block((s) => {
        s.local('target', settingItem(setting.menu, setting.where));
        for (const property of properties) {
          const value = pick(v('lines'), plus(v('start'), keyOf(setting, property).length), v('stop'));
          s.append(
            line('lines', setting, property, (s) =>
              s.if(equal(len(v('target')), 1), (s) => s.tryDo((s) => s.set(setting.menu, v('target'), { [property]: value }))),
            ),
          );
        }
      });
    }
  });

/** Takes a line out of `keep`. */
const cut = (setting: WishSetting, property: string): Script =>
  line('keep', setting, property, (s) =>
    s.assign('keep', concat(pick(v('keep'), 0, v('start')), pick(v('keep'), v('stop'), plus(len(v('keep')), 1)))),
  );

/** Runs `body` with the bounds of a line in `start` and `stop`, if there is one. */
const line = (variable: string, setting: WishSetting, property: string, body: Body): Script =>
  script((s) =>
    s.block((s) => {
      s.local('start', builtin('find', v(variable), keyOf(setting, property)));
      s.if(equal(typeOf(v('start')), 'num'), (s) => {
        s.local('stop', builtin('find', v(variable), '\n', v('start')));
        body(s);
      });
    }),
  );
