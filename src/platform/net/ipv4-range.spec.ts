import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ipv4Number, Ipv4Range, ipv4Text } from './ipv4-range.js';

describe('an IPv4 address', () => {
  it('comes back from its number, whatever it is', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), (value) => expect(ipv4Number(ipv4Text(value))).toBe(value)));
  });

  it.each(['', '1.2.3', '1.2.3.4.5', '256.1.1.1', '01.2.3.4', '1.2.3.4 ', '::1', 'a.b.c.d', '-1.2.3.4'])('is not %j', (text) => {
    expect(ipv4Number(text)).toBeUndefined();
  });
});

describe('an IPv4 range', () => {
  it('knows its size, mask and members', () => {
    const range = Ipv4Range.parse('100.64.0.0/10');
    expect(range).toMatchObject({ size: 4_194_304, mask: '255.192.0.0', prefixLength: 10 });
    expect(['100.64.0.0', '100.127.255.255', '100.63.255.255', '100.128.0.0', 'x'].map((a) => range.includes(a))).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
    expect(String(range)).toBe('100.64.0.0/10');
    expect(Ipv4Range.parse('0.0.0.0/0')).toMatchObject({ size: 2 ** 32, mask: '0.0.0.0' });
    expect(Ipv4Range.parse('10.0.0.1/32')).toMatchObject({ size: 1, mask: '255.255.255.255' });
  });

  it('overlaps what shares an address with it, and nothing else', () => {
    const range = Ipv4Range.parse('100.64.0.0/10');
    expect(range.overlaps(Ipv4Range.parse('100.100.0.0/16'))).toBe(true);
    expect(range.overlaps(Ipv4Range.parse('0.0.0.0/0'))).toBe(true);
    expect(range.overlaps(Ipv4Range.parse('10.0.0.0/8'))).toBe(false);
  });

  it.each(['', '1.2.3.4', '100.64.0.0/33', '100.64.0.0/x', '100.64.0.0/10/1', '100.64.0.0/ 8', '::/0'])('is not %j', (text) => {
    expect(() => Ipv4Range.parse(text)).toThrow(/IPv4 network/);
  });

  it('refuses bits beyond its prefix and names the network that was meant', () => {
    expect(() => Ipv4Range.parse('100.64.1.0/10')).toThrow(/100\.64\.0\.0\/10/);
  });
});
