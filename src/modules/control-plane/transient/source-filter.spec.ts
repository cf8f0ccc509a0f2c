import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ipv4Text } from '../../../platform/net/index.js';
import { SourceFilter, sourceProblem } from './source-filter.js';
import { timeFromNow } from './words.js';

describe('a source range', () => {
  it.each(['203.0.113.7/32', '198.51.100.0/24', '10.0.0.0/8', '127.0.0.1/32'])('%s is taken', (text) => {
    expect(sourceProblem(text)).toBeUndefined();
  });

  it.each([
    ['203.0.113.7', 'write 203.0.113.7/32 for one address'],
    ['203.0.113.7/24', 'the network is 203.0.113.0/24'],
    ['0.0.0.0/0', 'lets in nearly everybody'],
    ['128.0.0.0/1', 'lets in nearly everybody'],
    ['2001:db8::1', 'is not IPv4'],
    ['2001:db8::/64', 'is not an IPv4 network'],
    ['::ffff:203.0.113.7/128', 'is not an IPv4 network'],
    ['010.0.0.0/8', 'is not an IPv4 network'],
    ['10.0.0.0/33', 'is not an IPv4 network'],
    ['10.0.0.0/8, 0.0.0.0/0', 'is not an IPv4 network'],
    ['', 'has no prefix length'],
    ['$[/system reset]/32', 'is not an IPv4 network'],
  ])('%s is refused, with what is right', (text, why) => {
    expect(sourceProblem(text)).toContain(why);
  });
});

describe('a source', () => {
  it('may come from the range, and from private networks when that is wanted', () => {
    const alone = new SourceFilter('203.0.113.0/24', false);
    const more = new SourceFilter('203.0.113.0/24', true);
    for (const address of ['203.0.113.0', '203.0.113.255', '::ffff:203.0.113.9', '::FFFF:203.0.113.9']) {
      expect([address, alone.allows(address)]).toEqual([address, true]);
    }
    for (const address of ['203.0.114.0', '203.0.112.255', '10.1.2.3', '::1', '2001:db8::1', '', 'nonsense'])
      expect([address, alone.allows(address)]).toEqual([address, false]);
    for (const address of ['10.1.2.3', '172.16.0.1', '172.31.255.255', '192.168.0.1', '::ffff:192.168.0.1'])
      expect([address, more.allows(address)]).toEqual([address, true]);
    for (const address of ['172.15.255.255', '172.32.0.0', '100.64.0.1', '127.0.0.1', '169.254.0.1', '192.169.0.0'])
      expect([address, more.allows(address)]).toEqual([address, false]);
  });

  it('is one of a /32 only when it is that address', () => {
    fc.assert(
      fc.property(fc.nat(0xffffffff), fc.nat(0xffffffff), (a, b) => {
        expect(new SourceFilter(`${ipv4Text(a)}/32`, false).allows(ipv4Text(b))).toBe(a === b);
      }),
    );
  });
});

describe('time to expiry', () => {
  const now = new Date('2026-01-01T12:00:00Z');
  it.each([
    [3600, '1 hour from now'],
    [3599, '59 minutes from now'],
    [86_400, '24 hours from now'],
    [60, '1 minute from now'],
    [1, '1 second from now'],
    [0, '0 seconds ago'],
    [-7200, '2 hours ago'],
  ])('%i s is «%s»', (seconds, words) => {
    expect(timeFromNow(new Date(now.getTime() + seconds * 1000), now)).toBe(words);
  });
});
