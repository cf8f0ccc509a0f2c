import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { VirtualClock, VirtualRouter } from '../../../tools/virtual-router/index.js';
import { codeString, concat, equal, get, map, at, script, text, v, type Body } from './index.js';

const anyText = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '"',
        '\\',
        '$',
        '[',
        ']',
        '{',
        '}',
        '(',
        ')',
        ';',
        '\n',
        '\r',
        '\t',
        ' ',
        '#',
        '=',
        ',',
        '?',
        '\x01',
        '\x7f',
        '$x',
        '\\n',
        'שלום',
        '🛰️',
      ),
      fc.integer({ min: 0x20, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
    ),
    { maxLength: 40 },
  )
  .map((parts) => parts.join(''));

const exactly = (value: string): string => Buffer.from(value, 'utf8').toString('utf8');

const router = (): VirtualRouter => new VirtualRouter({ clock: new VirtualClock() });

async function run(on: VirtualRouter, body: Body, readable: boolean): Promise<string> {
  const { output } = await on.run(script(body).toString({ readable }));
  expect(on.failures).toEqual([]);
  return output;
}

describe('whatever a text holds', () => {
  it('a property on the router is exactly that text', async () => {
    const one = router();
    await fc.assert(
      fc.asyncProperty(anyText, fc.boolean(), async (value, readable) => {
        await run(one, (s) => s.set('/system/note', null, { note: value }), readable);
        expect(one.item('/system/note')?.['note'] ?? '').toBe(exactly(value));
      }),
      { numRuns: 300 },
    );
  });

  it('a variable, an element and a joined text are exactly that text', async () => {
    const one = router();
    await fc.assert(
      fc.asyncProperty(anyText, fc.boolean(), async (value, readable) => {
        const shown = await run(
          one,
          (s) => {
            s.local('a', value).local('m', map({ [value]: value }));
            s.put(equal(v('a'), value))
              .put(equal(at(v('m'), value), v('a')))
              .put(equal(text`${v('a')}${value}`, concat(value, v('a'))));
          },
          readable,
        );
        expect(shown).toBe('true\ntrue\ntrue\n');
      }),
      { numRuns: 300 },
    );
  });

  it('an item can be found by it, and only by it', async () => {
    await fc.assert(
      fc.asyncProperty(anyText, async (value) => {
        const one = router();
        await run(
          one,
          (s) =>
            s
              .add('/ip/firewall/address-list', { list: 'a', address: '192.0.2.1', comment: `x${value}` })
              .add('/ip/firewall/address-list', { list: 'a', address: '192.0.2.2', comment: 'other' }),
          false,
        );
        await run(one, (s) => s.remove('/ip/firewall/address-list', { comment: `x${value}` }), false);
        expect(one.items('/ip/firewall/address-list').map((item) => item['comment'])).toEqual(['other']);
      }),
      { numRuns: 100 },
    );
  });

  it('code that carries it, stored on the router and run later, still says exactly that text', async () => {
    await fc.assert(
      fc.asyncProperty(anyText, async (value) => {
        const one = router();
        const event = script((s) => s.set('/system/note', null, { note: value }));
        await run(one, (s) => s.add('/system/script', { name: 'later', source: codeString(event) }), false);
        expect(one.item('/system/script', 'later')?.['source']).toBe(event.toString());
        await run(one, (s) => s.execute(get('/system/script', 'later', 'source')), false);
        await one.jobs.settled();
        expect(one.item('/system/note')?.['note'] ?? '').toBe(exactly(value));
      }),
      { numRuns: 100 },
    );
  });
});
