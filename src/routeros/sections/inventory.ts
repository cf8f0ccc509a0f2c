import {
  at,
  builtin,
  builtinWith,
  concat,
  equal,
  find,
  get,
  len,
  like,
  matches,
  parsed,
  plus,
  resultOf,
  script,
  toText,
  v,
  word,
  type Expression,
  type Script,
} from '../script/index.js';
import { absoluteUrl, certificateCheck, type RouterLink } from '../render/link.js';
import { settingItem, traitsOf, type SectionMenu } from './menus.js';
import { inForce, type Footprint } from './names.js';
import { ITEMS_A_PART } from './push.js';
import type { KeyedItem, KeyedWish } from './wish.js';

export interface InventoryInput {
  readonly link: RouterLink;
  readonly footprint: Footprint;
  /** What is in force: its items' and settings' properties are read. */
  readonly wish: KeyedWish;
  /** Signed; takes the text by POST. A blank where it is told later. */
  readonly reportUrl: string | Expression;
}

/** Bytes of plain text that a router without MD5 sends at most; the rest counts by its length. */
const PLAIN_LIMIT = 48_000;

/**
 * Reads what a router has of a section and reports its fingerprint: every item with the properties that the section set, whether it
 * is switched on, how many rules of others got before a group at the top or behind one at the bottom, and the settings. The text is
 * compared with what the same router said before and never read: MD5 of it where the router can (`:convert transform=md5`, in every
 * tree from 7.16), else itself. Of a menu with hundreds of items only the number of those that are in force is told: joining
 * their texts would take a small router minutes.
 */
export function renderInventory({ link, footprint, wish, reportUrl }: InventoryInput): Script {
  return script((s) => {
    s.local('t', '');
    for (const menu of footprint.menus) {
      const items = wish.items.filter((item) => item.menu === menu);
      s.assign('t', concat(v('t'), `${menu} `));
      s.append(items.length > ITEMS_A_PART ? tellNumber(menu, footprint.section) : tellItems(menu, footprint.section, items));
      for (const [chain, places] of placesByChain(items)) s.append(tellStrangers(menu, footprint.section, chain, places));
    }
    for (const { menu, where, set } of wish.settings) {
      s.foreach('i', settingItem(menu, where), (s) => {
        for (const name of Object.keys(set)) s.assign('t', concat(v('t'), toText(get(menu, v('i'), name)), '|'));
      });
    }
    s.append(digest);
    s.command('/tool', 'fetch', {
      args: {
        url: typeof reportUrl === 'string' ? absoluteUrl('reportUrl', reportUrl) : reportUrl,
        'http-method': word('post'),
        'http-header-field': 'Content-Type:text/plain',
        'http-data': v('d'),
        ...certificateCheck(link),
        output: word('none'),
      },
    });
  });
}

function tellItems(menu: SectionMenu, section: string, items: readonly KeyedItem[]): Script {
  const names = [...new Set(items.flatMap((item) => Object.keys(item.set)))].sort();
  const read = [...(traitsOf(menu).disables ? ['disabled'] : []), ...names];
  return script((s) =>
    s.foreach('i', find(menu, { comment: matches(`^${inForce(section)}`) }), (s) => {
      s.local('p', get(menu, v('i')));
      s.assign('t', concat(v('t'), toText(at(v('p'), 'comment')), ...read.flatMap((name) => ['|', toText(at(v('p'), name))]), '\n'));
    }),
  );
}

const tellNumber = (menu: SectionMenu, section: string): Script => {
  const ours = find(menu, { comment: matches(`^${inForce(section)}`), ...(traitsOf(menu).disables ? { disabled: false } : {}) });
  return script((s) => s.assign('t', concat(v('t'), len(ours), '\n')));
};

function placesByChain(items: readonly KeyedItem[]): Map<string, Set<string>> {
  const places = new Map<string, Set<string>>();
  for (const { place, set } of items) {
    if (!place || typeof set['chain'] !== 'string') continue;
    places.set(set['chain'], (places.get(set['chain']) ?? new Set()).add(place));
  }
  return places;
}

/** Rules of nobody's section in a chain: above the first of ours, and below the last. */
function tellStrangers(menu: SectionMenu, section: string, chain: string, places: ReadonlySet<string>): Script {
  return script((s) => {
    s.local('above', 0).local('below', 0).local('met', false);
    s.foreach('i', find(menu, { chain, dynamic: false }), (s) => {
      s.local('c', toText(get(menu, v('i'), 'comment')));
      s.if(
        like(v('c'), `^${inForce(section)}`),
        (s) => s.assign('met', true).assign('below', 0),
        (s) =>
          s.if(
            like(v('c'), '^rosfleet:'),
            script(() => undefined),
            (s) => {
              s.if(equal(v('met'), false), (s) => s.assign('above', plus(v('above'), 1)));
              s.assign('below', plus(v('below'), 1));
            },
          ),
      );
    });
    const told = [...(places.has('top') ? [v('above'), '|'] : []), ...(places.has('bottom') ? [v('below'), '|'] : [])];
    s.assign('t', concat(v('t'), ...told));
  });
}

/** Makes `d` of `t`. The text goes through a global, since what is parsed sees no variable of ours. */
const digest: Script = script((s) => {
  const md5 = script((s) =>
    s.global('rosfleetText').return(builtinWith('convert', { transform: word('md5'), to: word('hex') }, v('rosfleetText'))),
  );
  s.global('rosfleetText', v('t'));
  s.local('d', '');
  s.tryDo((s) => s.local('md', parsed(md5)).assign('d', resultOf('md')));
  s.remove('/system/script/environment', find('/system/script/environment', { name: 'rosfleetText' }));
  s.if(equal(len(v('d')), 0), (s) => s.assign('d', concat(len(v('t')), ':', builtin('pick', v('t'), 0, PLAIN_LIMIT))));
});
