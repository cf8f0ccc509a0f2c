import { describe, expect, it } from '@jest/globals';
import { ValidationFailed } from '../../platform/errors/index.js';
import { canonicalPorts, portsByRule } from './ports.js';
import { checkedPrefixes } from './prefixes.js';
import { PROTOCOLS, SERVICES, WITH_PORTS } from './reference.js';
import { checkedRules, type RuleWish, sameRules, warningsOf } from './rules.js';

let made = 0;
const newId = (): string => `new-${++made}`;
const LIST = `prfx_lst_${'a'.repeat(27)}` as never;
const wish = (more: Partial<RuleWish> = {}): RuleWish => ({
  ...{ direction: 'outbound', order: 1, protocol: 6, port: '443', address: '0.0.0.0/0', description: null },
  ...more,
});
const errorsOf = (act: () => unknown): Record<string, string[]> => {
  try {
    act();
  } catch (error) {
    if (error instanceof ValidationFailed) return error.errors;
    throw error;
  }
  return {};
};

describe('ports', () => {
  it.each([
    ['443', '443'],
    [' 80 , 443,80 ', '80,443'],
    ['8000 - 8100', '8000-8100'],
    ['0443', '443'],
    ['22-22', '22'],
    ['1-65535', '1-65535'],
  ])('%j are %s', (text, canonical) => expect(canonicalPorts(text)).toBe(canonical));

  it.each([
    ['0', /0 is no port; they go from 1 to 65535/],
    ['65536', /65536 is no port/],
    ['1-65536', /no port/],
    ['200-100', /ends before it begins; write 100-200/],
    ['80,', /"" is no port/],
    ['http', /"http" is no port; write/],
    ['-1', /"-1" is no port/],
    ['80;90', /no port/],
    ['1e3', /no port/],
    ['1-2-3', /no port/],
  ])('%j are refused', (text, message) => expect(() => canonicalPorts(text)).toThrow(message));

  it('go into rules of fifteen, ranges counted twice', () => {
    const texts = Array.from({ length: 31 }, (_, i) => String(i + 1));
    expect(portsByRule(texts.join()).map((piece) => piece.split(',').length)).toEqual([15, 15, 1]);
    expect(portsByRule('1-2,3-4,5-6,7-8,9-10,11-12,13-14,15-16,17')).toEqual(['1-2,3-4,5-6,7-8,9-10,11-12,13-14', '15-16,17']);
  });
});

describe('rules', () => {
  it('are kept in canonical form and by order', () => {
    const rules = checkedRules(
      [wish({ order: 9, address: ' 2001:DB8:0::/48 ' }), wish({ port: ' ' }), wish({ order: 1, address: LIST, protocol: 0, port: null })],
      [],
      new Set([LIST]),
      newId,
    );
    expect(rules.map(({ order, port, address }) => [order, port, address])).toEqual([[1, null, '0.0.0.0/0'], [1, null, LIST], [9, '443', '2001:db8::/48']]); // prettier-ignore
  });

  it('keep their ids while they say the same', () => {
    const before = checkedRules([wish(), wish(), wish({ order: 2 })], [], new Set(), newId);
    const after = checkedRules([wish({ order: 2, description: 'web' }), wish(), wish({ port: '80' })], before, new Set(), newId);
    expect(after.map(({ id }) => id)).toEqual([before[0]!.id, expect.stringMatching(/^new-/), before[2]!.id]);
    expect(before.map(({ id }) => id)).not.toContain(after[1]!.id);
    expect(sameRules(before, after)).toBe(false);
    expect(sameRules(before, checkedRules([wish({ description: 'x' }), wish({ order: 2 }), wish()], before, new Set(), newId))).toBe(true);
  });

  it.each<[string, Partial<RuleWish>, string, RegExp]>([
    ['ports of a protocol without', { protocol: 1 }, 'port', /protocol 1 has no ports; leave it out, or choose 6 \(tcp\), 17 \(udp\)/],
    ['ports of any protocol', { protocol: 0 }, 'port', /protocol 0 has no ports/],
    ['a port that is none', { port: '99999' }, 'port', /rules\.0\.port: 99999 is no port/],
    ['host bits', { address: '10.1.2.3/8' }, 'address', /"10\.1\.2\.3\/8" has bits beyond its prefix; the network is 10\.0\.0\.0\/8/],
    ['IPv4 in IPv6', { address: '::ffff:10.0.0.0/104' }, 'address', /write 10\.0\.0\.0\/8/],
    ['a name', { address: 'example.net' }, 'address', /is not a network/],
    ['an unknown list', { address: `prfx_lst_${'b'.repeat(27)}` }, 'address', /there is no prefix list "prfx_lst_b+" in your team/],
    ['a list that is no id', { address: 'prfx_lst_x' }, 'address', /there is no prefix list/],
    ['ICMP of the other family', { protocol: 1, port: null, address: '::/0' }, 'address', /that of IPv6 is 58/],
    ['ICMPv6 of the other family', { protocol: 58, port: null, address: '0.0.0.0/0' }, 'address', /that of IPv4 is 1/],
  ])('refuse %s', (_what, wrong, field, message) => {
    const errors = errorsOf(() => checkedRules([wish(wrong)], [], new Set([LIST]), newId));
    expect(Object.keys(errors)).toEqual([`rules.0.${field}`]);
    expect(errors[`rules.0.${field}`]![0]).toMatch(message);
  });

  it('name every mistake at once', () => {
    const errors = errorsOf(() => checkedRules([wish(), wish({ port: '0', address: 'x' }), wish({ address: 'y' })], [], new Set(), newId));
    expect(Object.keys(errors)).toEqual(['rules.1.port', 'rules.1.address', 'rules.2.address']);
  });

  it('warn where a group lets nothing through', () => {
    const rules = checkedRules([wish()], [], new Set(), newId);
    expect(warningsOf([])).toEqual([expect.stringContaining('no rules')]);
    expect(warningsOf(rules)).toEqual([expect.stringContaining('no inbound rule')]);
    expect(warningsOf([...rules, ...checkedRules([wish({ direction: 'inbound' })], [], new Set(), newId)])).toEqual([]);
  });
});

describe('prefixes', () => {
  it('are kept in canonical form, each once, with the ids that they had', () => {
    const before = checkedPrefixes([{ cidr: '10.0.0.0/8', description: null }], [], newId);
    const after = checkedPrefixes(
      ['2001:DB8::/32', ' 192.0.2.7 ', '10.0.0.0/8', '10.0.0.0/8'].map((cidr) => ({ cidr, description: null })),
      before,
      newId,
    );
    expect(after.map(({ cidr }) => cidr)).toEqual(['2001:db8::/32', '192.0.2.7/32', '10.0.0.0/8']);
    expect(after[2]!.id).toBe(before[0]!.id);
  });

  it('that are none are all named', () => {
    const errors = errorsOf(() => checkedPrefixes(['10.0.0.1/24', '10.0.0.0/8', 'x'].map((cidr) => ({ cidr, description: null })), [], newId)); // prettier-ignore
    expect(Object.keys(errors)).toEqual(['prefixes.0.cidr', 'prefixes.2.cidr']);
    expect(errors['prefixes.0.cidr']![0]).toContain('10.0.0.0/24');
  });
});

describe('the reference lists', () => {
  it('are what rules take', () => {
    expect(new Set(PROTOCOLS.map(({ protocol }) => protocol)).size).toBe(PROTOCOLS.length);
    for (const number of WITH_PORTS) expect(PROTOCOLS.map(({ protocol }) => protocol)).toContain(number);
    expect(new Set(SERVICES.map(({ name }) => name)).size).toBe(SERVICES.length);
    for (const { protocol, port } of SERVICES) {
      expect(checkedRules([wish({ protocol, port })], [], new Set(), newId)[0]).toMatchObject({ protocol, port });
    }
  });
});
