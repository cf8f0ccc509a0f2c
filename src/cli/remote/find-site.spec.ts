import { describe, expect, it } from '@jest/globals';
import { pidOf } from '../../fleet/sites/pid.js';
import { newId, type SiteId } from '../../platform/context/index.js';
import { siteNamed, sitesNamed, type SiteView } from './find-site.js';

const site = (name: string): SiteView => {
  const id = newId<SiteId>();
  return { id, pid: pidOf(id), name } as unknown as SiteView;
};
const [oslo, oslo2, bergen, cafe, again] = ['Oslo', 'Oslo 2', 'Bergen Nord', 'Café', 'Bergen Nord'].map(site) as [
  SiteView,
  SiteView,
  SiteView,
  SiteView,
  SiteView,
];
const all = [oslo, oslo2, bergen, cafe];

describe('a site is named by', () => {
  it.each<[string, string, SiteView]>([
    ['its id', bergen.id, bergen],
    ['its id in capitals', bergen.id.toUpperCase(), bergen],
    ['its short id', bergen.pid, bergen],
    ['its name, though another begins with it', 'Oslo', oslo],
    ['its name in small letters', 'oslo', oslo],
    ['the beginning of its name', 'berg', bergen],
    ['a name in another normal form', 'Cafe\u0301', cafe],
  ])('%s', (_how, word, expected) => {
    expect(siteNamed(all, word)).toBe(expected);
  });

  it('a beginning that two have is refused with both', () => {
    expect(() => siteNamed(all, 'os')).toThrow(
      new RegExp(`Several sites match «os».*\\n {2}${oslo.id} {2}Oslo\\n {2}${oslo2.id} {2}Oslo 2$`),
    );
  });

  it('a name that two have is refused, their ids are not', () => {
    expect(() => siteNamed([bergen, again], 'Bergen Nord')).toThrow(/Several sites/);
    expect(siteNamed([bergen, again], again.id)).toBe(again);
  });

  it('nothing that is there is refused, with what has it in its name', () => {
    expect(() => siteNamed(all, 'nord')).toThrow(/There is no site «nord»\. These have it in their name:\n.*Bergen Nord/);
    expect(() => siteNamed(all, 'Paris')).toThrow(/There is no site «Paris»\. `rosfleet sites` lists them\./);
    expect(() => siteNamed(all, newId())).toThrow(/There is no site/);
  });

  it('two words for one site mean it once', () => {
    expect(sitesNamed(all, ['Oslo', oslo.id, 'bergen'])).toEqual([oslo, bergen]);
  });
});
