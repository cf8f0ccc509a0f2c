import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { dueSlots, lastEndOf } from './daily-slots.js';

const at = (text: string): Date => new Date(`2026-01-${text}Z`);
const window = { from: 60, minutes: 240 };

describe('the minutes of a daily window', () => {
  it.each([
    ['before it', '02T00:30:00', '02T00:31:00', []],
    ['its first', '02T01:00:00', '02T01:01:00', [0]],
    ['one that is not over', '02T01:00:00', '02T01:00:59', []],
    ['its last', '02T04:59:30', '02T05:00:10', [239]],
    ['after it', '02T05:00:00', '02T05:05:00', []],
    ['after an absence, five at a time', '02T01:00:00', '02T03:00:00', [0, 1, 2, 3, 4]],
  ])('%s', (_, since, now, slots) => expect(dueSlots(at(since), at(now), window).slots).toEqual(slots));

  it('go over midnight', () => {
    const late = { from: 23 * 60, minutes: 120 };
    expect(dueSlots(at('02T23:58:00'), at('03T00:02:00'), late).slots).toEqual([58, 59, 60, 61]);
  });

  it('are each dealt with once a day, however irregularly somebody looks', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1439 }),
        fc.integer({ min: 1, max: 1440 }),
        fc.infiniteStream(fc.integer({ min: 1, max: 400 })),
        (from, minutes, steps) => {
          const seen: number[] = [];
          let since = at('02T00:00:00');
          for (let now = since.getTime(); since < at('03T00:00:00');) {
            now = Math.min(now + steps.next().value! * 1000, at('03T00:00:00').getTime());
            const due = dueSlots(since, new Date(now), { from, minutes });
            seen.push(...due.slots);
            since = due.until;
          }
          expect(seen.sort((a, b) => a - b)).toEqual(Array.from({ length: minutes }, (_, i) => i));
        },
      ),
      { numRuns: 20 },
    );
  });

  it('of more than a day ago are not made up for', () => {
    const { slots, until } = dueSlots(at('02T01:00:00'), at('09T02:00:00'), window);
    expect([slots, until > at('08T02:00:00')]).toEqual([[60, 61, 62, 63, 64], true]);
  });

  it.each([
    ['today', 30, '02T02:00:00', '02T01:31:00'],
    ['at this moment', 30, '02T01:31:00', '02T01:31:00'],
    ['yesterday', 30, '02T01:30:59', '01T01:31:00'],
  ])('were over %s', (_, slot, now, end) => expect(lastEndOf(slot, at(now), window)).toEqual(at(end)));
});
