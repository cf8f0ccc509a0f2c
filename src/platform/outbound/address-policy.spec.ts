import { describe, expect, it } from '@jest/globals';
import { AddressPolicy } from './address-policy.js';

describe('an address that a user names', () => {
  const policy = new AddressPolicy();

  it.each(['93.184.216.34', '8.8.8.8', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '2a00:1450:4001::200e'])(
    '%s may be called',
    (address) => expect(policy.problem(address)).toBeUndefined(),
  );

  it.each([
    ...['127.0.0.1', '127.255.255.254', '0.0.0.0', '0.1.2.3', '10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1'],
    ...['169.254.169.254', '169.254.0.1', '100.64.0.1', '100.100.100.200', '192.0.0.192', '192.0.2.1', '198.18.0.1', '198.51.100.7'],
    ...['203.0.113.9', '224.0.0.1', '239.255.255.255', '240.0.0.1', '255.255.255.255', '168.63.129.16'],
    ...['::', '::1', '::ffff:127.0.0.1', '::ffff:8.8.8.8', '::ffff:7f00:1', '::127.0.0.1', '64:ff9b::7f00:1', '64:ff9b::808:808'],
    ...['64:ff9b:1::1', '2002:7f00:1::', '2002:808:808::1', '2001::1', 'fc00::1', 'fd00:ec2::254', 'fe80::1', 'fe80::1%eth0', 'fec0::1'],
    ...['ff02::1', '2001:db8::1', '3fff::1', '100::1', '4000::1', '5f00::1', 'localhost', ''],
  ])('%s may not', (address) => expect(policy.problem(address)).toEqual(expect.any(String)));

  it('may be called when the operator says so, and nothing beside it', () => {
    const mine = new AddressPolicy(['10.20.0.0/16', 'fd00:1::/32', '192.168.7.7', 'hooks.lan', '*.corp.example']);
    for (const address of ['10.20.0.1', '10.20.255.255', 'fd00:1::5', '192.168.7.7']) expect(mine.problem(address)).toBeUndefined();
    for (const address of ['10.21.0.1', 'fd00:2::1', '192.168.7.8', '127.0.0.1', '::ffff:10.20.0.1'])
      expect(mine.problem(address)).toBeDefined();
    for (const name of ['hooks.lan', 'HOOKS.LAN', 'hooks.lan.', 'a.corp.example', 'a.b.corp.example'])
      expect(mine.allowsName(name)).toBe(true);
    for (const name of ['other.lan', 'xhooks.lan', 'corp.example', '.corp.example', 'evilcorp.example', 'hooks.lan.evil.example'])
      expect([name, mine.allowsName(name)]).toEqual([name, false]);
  });
});
