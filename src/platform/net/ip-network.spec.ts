import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { covering, IpNetwork, withoutContained } from './ip-network.js';

const parse = (text: string): string => String(IpNetwork.parse(text));
const parsed = (...texts: string[]): IpNetwork[] => texts.map((text) => IpNetwork.parse(text));

describe('a network', () => {
  it.each([
    ['10.0.0.0/8', '10.0.0.0/8'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['192.0.2.7', '192.0.2.7/32'],
    ['2001:DB8:0:0::/32', '2001:db8::/32'],
    ['2001:db8::1', '2001:db8::1/128'],
    ['::/0', '::/0'],
    ['2001:db8:0:0:1:0:0:1/128', '2001:db8::1:0:0:1/128'],
  ])('%s is %s', (text, canonical) => expect(parse(text)).toBe(canonical));

  it.each([
    ['10.1.2.3/8', /the network is 10\.0\.0\.0\/8/],
    ['2001:db8::1/32', /the network is 2001:db8::\/32/],
    ['::ffff:192.0.2.1', /IPv4 written as IPv6; write 192\.0\.2\.1\/32/],
    ['::ffff:192.0.2.0/120', /write 192\.0\.2\.0\/24/],
    ['10.0.0.0/33', /not an IPv4 network/],
    ['10.0.0.0/8/8', /not an IPv4 network/],
    ['010.0.0.0/8', /not a network/],
    ['2001:db8::/129', /not a network/],
    ['fe80::1%ether1', /not a network/],
    ['fe80::/10/', /not a network/],
    ['', /not a network/],
    ['10.0.0.0/', /not an IPv4 network/],
    [' 10.0.0.0/8', /not a network/],
    ['example.net', /not a network/],
    ['"; /system reset-configuration', /not a network/],
  ])('refuses %j', (text, reason) => expect(() => IpNetwork.parse(text)).toThrow(reason));

  it('comes back from its text, whatever it is', () => {
    const any = fc.oneof(fc.tuple(fc.ipV4(), fc.nat(32)), fc.tuple(fc.ipV6(), fc.nat(128)));
    fc.assert(
      fc.property(any, ([address, length]) => {
        let network: IpNetwork;
        try {
          network = IpNetwork.parse(address).widened(length);
        } catch (error) {
          return void expect(String(error)).toMatch(/IPv4 written as IPv6/);
        }
        expect(parse(String(network))).toBe(String(network));
        expect(network.contains(IpNetwork.parse(address))).toBe(true);
      }),
    );
  });
});

describe('networks together', () => {
  it('lose those that others contain', () => {
    const kept = withoutContained(parsed('10.1.0.0/16', '10.0.0.0/8', '10.0.0.0/8', '2001:db8::1', '2001:db8::/32', '192.0.2.0/24'));
    expect(kept.map(String)).toEqual(['10.0.0.0/8', '2001:db8::/32', '192.0.2.0/24']);
  });

  it('are covered by few wider ones', () => {
    const many = Array.from({ length: 1000 }, (_, i) => IpNetwork.parse(`10.${i >> 8}.${i & 255}.16/28`));
    const cover = covering([...many, ...parsed('2001:db8::/32')], 50);
    expect(cover.length).toBeLessThanOrEqual(50);
    for (const network of many) expect(cover.some((wide) => wide.contains(network))).toBe(true);
    expect(covering(parsed('10.0.0.0/8', '2001:db8::/32'), 50).map(String)).toEqual(['10.0.0.0/8', '2001:db8::/32']);
  });
});
