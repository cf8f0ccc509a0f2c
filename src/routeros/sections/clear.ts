import { findAny, find, matches, script, type Script } from '../script/index.js';
import { returnSettings } from './keep.js';
import { givenUp, inForce, keepName, onTrial, type Footprint } from './names.js';
import { runSettle } from './settle.js';
import type { WishSetting } from './wish.js';

/** Takes everything of one section off a router, an open trial first, and gives foreign settings back. For the removal of a site. */
export function renderClear({ section, menus }: Footprint, settings: readonly WishSetting[]): Script {
  return script((s) => {
    s.append(runSettle);
    s.append(returnSettings(section, settings));
    s.remove('/system/script', find('/system/script', { name: keepName(section) }));
    for (const menu of [...menus].reverse()) {
      const ours = [inForce(section), onTrial(section), givenUp(section)].map((comment) => ({ comment: matches(`^${comment}`) }));
      s.remove(menu, findAny(menu, ...ours));
    }
  });
}
