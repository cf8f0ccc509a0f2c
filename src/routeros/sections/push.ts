import {
  and,
  equal,
  find,
  get,
  greater,
  len,
  like,
  matches,
  not,
  script,
  seconds,
  toText,
  codeString,
  concat,
  pick,
  plus,
  v,
  type Script,
  type Value,
} from '../script/index.js';
import { knowsOnError } from '../render/language-level.js';
import { POLICY } from '../render/names.js';
import { changeSettings, noteSettings } from './keep.js';
import { traitsOf, type SectionMenu } from './menus.js';
import { armed, ASIDE, type Footprint, givenUp, inForce, KEPT, onTrial, SETTLE, WATCHDOG, WATCHDOG_COMMENT } from './names.js';
import { renderSettle, runSettle, trialIsNotOpen } from './settle.js';
import { type KeyedItem, type KeyedWish, plain } from './wish.js';

export interface PushInput {
  readonly version: string;
  readonly footprint: Footprint;
  /** Names of the sections whose items stay above ours at the top of an ordered menu. */
  readonly above: readonly string[];
  readonly generation: number;
  /** What is in force on the router; null when that is not known, then everything of the section that has another salt goes. */
  readonly had: KeyedWish | null;
  readonly shall: KeyedWish;
  /** The salt of every key in `shall`. */
  readonly salt: number;
  /** Undo it after a while unless the server confirms. */
  readonly trial: boolean;
}

/** Items of one script; small routers were seen to restart on imports of thousands of lines, and to live on 500. */
export const ITEMS_A_PART = 400;
/** Characters of items of one script, reckoned by `weight`: with all that is around them it must fit into an answer (64 KB). */
const CHARACTERS_A_PART = 30_000;
/** How often the watchdog runs before it undoes a trial, and how many seconds apart: 75 to 90 s, two polls and a margin. */
const WATCHDOG_SECONDS = 15;
const WATCHDOG_RUNS = 6;
export const TRIAL_SECONDS = WATCHDOG_SECONDS * WATCHDOG_RUNS;

/** How a wish reaches a router: the scripts that bring it there, each a job of its own, in order. */
export function planPush(input: PushInput): Script[] {
  const had = new Set(input.had?.items.map(slot));
  const added = input.shall.items.filter((item) => !had.has(slot(item)));
  const shall = new Set(input.shall.items.map(slot));
  const stale = input.had?.items.filter((item) => !shall.has(slot(item))) ?? null;
  const steps = [...(stale ?? []).map((item) => ({ item, goes: true })), ...added.map((item) => ({ item, goes: false }))];
  const parts = partsOf(steps);
  return parts.map((part, i) => {
    const [going, coming] = [true, false].map((goes) => part.filter((step) => step.goes === goes).map(({ item }) => item));
    return renderPart(input, { going: going!, coming: coming!, first: i === 0, last: i === parts.length - 1 });
  });
}

interface Step {
  readonly item: KeyedItem;
  readonly goes: boolean;
}

function partsOf(steps: readonly Step[]): Step[][] {
  const parts: Step[][] = [[]];
  let characters = 0;
  for (const step of steps) {
    const part = parts.at(-1)!;
    characters += weight(step);
    if (part.length < ITEMS_A_PART && (characters <= CHARACTERS_A_PART || part.length === 0)) {
      part.push(step);
      continue;
    }
    parts.push([step]);
    characters = weight(step);
  }
  return parts;
}

/** About as many characters as a step takes in a script. */
const weight = ({ item, goes }: Step): number =>
  24 + item.key.length + (goes ? 0 : Object.values(item.set).reduce<number>((sum, value) => sum + String(plain(value)).length, 0));

interface Part {
  /** Items in force that are given up. */
  readonly going: readonly KeyedItem[];
  readonly coming: readonly KeyedItem[];
  readonly first: boolean;
  readonly last: boolean;
}

const slot = ({ menu, key }: KeyedItem): string => `${menu} ${key}`;

/**
 * New items come switched off; then, in one go, they are switched on and the old ones off, and settings are changed. What went
 * wrong undoes itself at once, what nobody confirms after a while (`renderSettle`).
 */
function renderPart(input: PushInput, { going, coming, first, last }: Part): Script {
  const { footprint, had, shall, generation, trial } = input;
  const comment = armed(footprint.section, generation);
  const body = script((s) => {
    if (first) {
      s.append(runSettle);
      const settle = renderSettle({ footprint, had: had?.settings ?? [], shall: shall.settings });
      s.add('/system/script', { name: SETTLE, source: codeString(settle), policy: [...POLICY], comment });
      if (!had) for (const menu of footprint.menus) s.append(giveUpAll(footprint.section, menu, input.salt));
    } else {
      s.if(trialIsNotOpen(comment), (s) => s.error('rosfleet: an earlier part of this change is gone'));
    }
    s.append(giveUp(footprint.section, going, shall));
    s.append(addItems(input, coming));
    if (!last) return;
    if (trial) s.append(armWatchdog);
    const before = had?.settings ?? [];
    const touches = before.length + shall.settings.length > 0;
    if (touches) s.append(noteSettings(footprint.section, before, shall.settings));
    s.append(switchOver(footprint));
    if (touches) s.append(changeSettings(footprint.section, before, shall.settings));
    if (!trial) s.set('/system/script', SETTLE, { comment: KEPT }).append(runSettle);
  });
  return script((s) => {
    if (knowsOnError(input.version)) {
      s.onError('e', body, (s) => s.append(undoNow).error(v('e')));
    } else {
      s.tryDo(body, (s) => s.append(undoNow).error('rosfleet: the change failed and was undone'));
    }
  });
}

const undoNow: Script = script((s) => s.tryDo(runSettle));

/** Items that are known: found by their comments. They go on working until the switch, under other comments. */
function giveUp(section: string, items: readonly KeyedItem[], shall: KeyedWish): Script {
  const goers = new Map<SectionMenu, string>();
  return script((s) => {
    for (const { menu, key, set } of items) {
      const name = traitsOf(menu).unique === 'name' ? set['name'] : undefined;
      const inTheWay = typeof name === 'string' && shall.items.some((other) => other.menu === menu && other.set['name'] === name);
      if (inTheWay) {
        s.set(menu, find(menu, { comment: inForce(section) + key }), { comment: givenUp(section) + key, name: name + ASIDE });
        continue;
      }
      const known = goers.get(menu);
      const go = known ?? `go${goers.size}`;
      if (!known) {
        const ours = find(menu, { comment: concat(inForce(section), v('k')) });
        s.localFunction(
          go,
          script((s) => s.set(menu, ours, { comment: concat(givenUp(section), v('k')) })),
        );
        goers.set(menu, go);
      }
      s.call(go, { k: key });
    }
  });
}

/** Everything of the section in a menu that has another salt, whatever it is; unique values make room. */
function giveUpAll(section: string, menu: SectionMenu, salt: number): Script {
  const { unique } = traitsOf(menu);
  const own = inForce(section);
  return script((s) =>
    s.foreach('i', find(menu, { comment: matches(`^${own}`) }), (s) => {
      s.local('c', toText(get(menu, v('i'), 'comment')));
      s.if(not(like(v('c'), `^${own}${salt}\\.`)), (s) => {
        const change = { comment: concat(givenUp(section), pick(v('c'), own.length, plus(len(v('c')), 1))) };
        s.set(menu, v('i'), unique ? { ...change, [unique]: concat(toText(get(menu, v('i'), unique)), ASIDE) } : change);
      });
    }),
  );
}

/**
 * Adds what is not there yet, switched off where the menu allows it. Items with the same properties share a function, which
 * makes a third of the text.
 */
function addItems({ footprint: { section }, above }: PushInput, items: readonly KeyedItem[]): Script {
  const anchored = [...new Set(items.filter(({ place }) => place === 'top').map(({ menu }) => menu))];
  const shapes = new Map<string, string>();
  return script((s) => {
    anchored.forEach((menu, i) => s.append(findAnchor(menu, section, above, `anchor${i}`)));
    for (const item of items) {
      const anchor = item.place === 'top' ? v(`anchor${anchored.indexOf(item.menu)}`) : undefined;
      const properties = Object.keys(item.set).sort();
      const shape = JSON.stringify([item.menu, properties, anchor !== undefined]);
      const known = shapes.get(shape);
      const add = known ?? `add${shapes.size}`;
      if (!known) s.localFunction(add, adder(section, item.menu, properties, anchor !== undefined));
      shapes.set(shape, add);
      const values = properties.map((name, i) => [`p${i}`, argument(plain(item.set[name]!))] as const);
      s.call(add, { k: item.key, ...Object.fromEntries(values), ...(anchor ? { anchor } : {}) });
    }
  });
}

/** A list goes through a variable as the text that it is on a command line. */
const argument = (value: ReturnType<typeof plain>): Value => (Array.isArray(value) ? (value as readonly string[]).join() : value);

function adder(section: string, menu: SectionMenu, properties: readonly string[], anchored: boolean): Script {
  const args = {
    ...Object.fromEntries(properties.map((name, i) => [name, v(`p${i}`)])),
    comment: concat(onTrial(section), v('k')),
    ...(traitsOf(menu).disables ? { disabled: true } : {}),
  };
  const add = script((s) => s.add(menu, args));
  const before = script((s) => s.if(equal(len(v('anchor')), 0), add, (s) => s.add(menu, { ...args, 'place-before': v('anchor') })));
  return script((s) => s.if(equal(len(find(menu, { comment: concat(inForce(section), v('k')) })), 0), anchored ? before : add));
}

/**
 * The first rule that is neither RouterOS's own, nor of a section above ours, nor one that an earlier part of this change
 * added; nothing where there is none.
 */
function findAnchor(menu: SectionMenu, section: string, above: readonly string[], variable: string): Script {
  const before = [...above.map((name) => `${name}[~:]`), `${section}~new:`].join('|');
  return script((s) => {
    s.local(variable, '');
    s.foreach('i', find(menu, { dynamic: false }), (s) => {
      const free = equal(len(v(variable)), 0);
      const comment = toText(get(menu, v('i'), 'comment'));
      s.if(and(free, not(like(comment, `^rosfleet:(${before})`))), (s) => s.assign(variable, v('i')));
    });
  });
}

function switchOver({ section, menus }: Footprint): Script {
  const switching = menus.filter((menu) => traitsOf(menu).disables);
  return script((s) => {
    for (const menu of switching) s.enable(menu, find(menu, { comment: matches(`^${onTrial(section)}`) }));
    for (const menu of [...switching].reverse()) s.disable(menu, find(menu, { comment: matches(`^${givenUp(section)}`) }));
  });
}

/**
 * Counts its runs and not the time: a clock that jumps, or a boot, makes it wait longer and never fire at once. Date and time
 * are written out because 7.24 to 7.24.4 never fire an entry that has the default ones (changelog).
 */
const armWatchdog: Script = script((s) =>
  s.add('/system/scheduler', {
    name: WATCHDOG,
    interval: seconds(WATCHDOG_SECONDS),
    'start-date': '1970-01-02',
    'start-time': '00:00:00',
    policy: [...POLICY],
    'on-event': codeString(
      script((s) => s.if(greater(get('/system/scheduler', WATCHDOG, 'run-count'), WATCHDOG_RUNS - 1), (s) => s.append(runSettle))),
    ),
    comment: WATCHDOG_COMMENT,
  }),
);

/**
 * Keeps what is on trial.
 * @param look reads what is in force then; should it fail, the change is kept all the same
 * @returns a script that raises when the router has undone the change already
 */
export function renderConfirm(section: string, generation: number, look?: Script): Script {
  const comment = armed(section, generation);
  return script((s) => {
    s.if(trialIsNotOpen(comment), (s) => s.error('rosfleet: nobody confirmed this change in time, so the router undid it'));
    s.set('/system/script', SETTLE, { comment: KEPT }).append(runSettle);
    if (look) s.tryDo(look);
  });
}

/** Undoes what is on trial, now. */
export const renderAbort = (): Script => runSettle;
