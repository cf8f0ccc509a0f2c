import {
  concat,
  contains,
  find,
  get,
  greater,
  len,
  matches,
  minus,
  parsed,
  pick,
  plus,
  script,
  toText,
  unequal,
  v,
  type Script,
} from '../script/index.js';
import { forgetSettings, undoSettings } from './keep.js';
import { traitsOf, type SectionMenu } from './menus.js';
import { ASIDE, type Footprint, givenUp, inForce, KEPT, onTrial, SETTLE, WATCHDOG } from './names.js';
import type { WishSetting } from './wish.js';

export interface SettleInput {
  readonly footprint: Footprint;
  /** Settings before this push and after it. */
  readonly had: readonly WishSetting[];
  readonly shall: readonly WishSetting[];
}

/**
 * Ends a trial. It reads from its own comment which way: kept, the items that were given up are removed and the new ones take
 * their final comment; else the new ones are removed and everything is what it was. Cut off in the middle it can run again.
 * It lies on the router as the source of `rosfleet-settle`, so it needs nobody to run.
 */
export function renderSettle({ footprint, had, shall }: SettleInput): Script {
  const { section, menus } = footprint;
  const touches = had.length + shall.length > 0;
  return script((s) => {
    s.if(
      contains(get('/system/script', SETTLE, 'comment'), KEPT),
      (s) => {
        for (const menu of [...menus].reverse()) s.remove(menu, find(menu, { comment: matches(`^${givenUp(section)}`) }));
        for (const menu of menus) s.append(retitle(menu, onTrial(section), inForce(section)));
        if (touches) s.append(forgetSettings(section, had, shall));
      },
      (s) => {
        if (touches) s.append(undoSettings(section, had, shall));
        for (const menu of [...menus].reverse()) s.append(undoMenu(menu, section));
      },
    );
    s.remove('/system/scheduler', find('/system/scheduler', { name: WATCHDOG }));
    s.remove('/system/script', find('/system/script', { name: SETTLE }));
  });
}

/** The way back to the old items is open before the new ones go; where two may not have one name, they go first. */
function undoMenu(menu: SectionMenu, section: string): Script {
  const { disables, unique } = traitsOf(menu);
  const removeNew = script((s) => s.remove(menu, find(menu, { comment: matches(`^${onTrial(section)}`) })));
  return script((s) => {
    if (unique) s.append(removeNew);
    s.foreach('i', find(menu, { comment: matches(`^${givenUp(section)}`) }), (s) => {
      if (unique) {
        s.local('n', toText(get(menu, v('i'), unique)));
        s.local('cut', minus(len(v('n')), ASIDE.length));
        s.if(greater(v('cut'), 0), (s) => s.if(stringEnds, (s) => s.set(menu, v('i'), { [unique]: pick(v('n'), 0, v('cut')) })));
      }
      s.append(titled(menu, givenUp(section), inForce(section)));
      if (disables) s.set(menu, v('i'), { disabled: false });
    });
    if (!unique) s.append(removeNew);
  });
}

const stringEnds = contains(pick(v('n'), v('cut'), plus(len(v('n')), 1)), ASIDE);

/** Gives every item with one beginning of the comment another one. */
function retitle(menu: SectionMenu, from: string, to: string): Script {
  return script((s) => s.foreach('i', find(menu, { comment: matches(`^${from}`) }), (s) => s.append(titled(menu, from, to))));
}

function titled(menu: SectionMenu, from: string, to: string): Script {
  return script((s) => {
    s.local('c', toText(get(menu, v('i'), 'comment')));
    s.set(menu, v('i'), { comment: concat(to, pick(v('c'), from.length, plus(len(v('c')), 1))) });
  });
}

/** Runs what lies on the router to end a trial, if there is one. */
export const runSettle: Script = script((s) =>
  s.if(greater(len(find('/system/script', { name: SETTLE })), 0), (s) => s.runText(parsed(get('/system/script', SETTLE, 'source')))),
);

/** True where a trial with this comment is not open. */
export const trialIsNotOpen = (comment: string) => unequal(len(find('/system/script', { name: SETTLE, comment })), 1);
