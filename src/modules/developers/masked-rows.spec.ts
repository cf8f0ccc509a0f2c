import { describe, expect, it } from '@jest/globals';
import { MASK, maskedRows } from './masked-rows.js';

const masked = (path: string, ...names: string[]): string[] => {
  const [row] = maskedRows(path, [Object.fromEntries(names.map((name) => [name, 'x']))]);
  return Object.entries(row!).flatMap(([name, value]) => (value === MASK ? [name] : []));
};

describe('rows that a router answers', () => {
  const secrets = [
    ...['password', 'secret', 'ipsec-secret', 'passphrase', 'security.passphrase', 'private-key', 'preshared-key', 'wpa2-pre-shared-key'],
    ...['authentication-password', 'encryption-password', 'auth-key', 'enc-key', 'tcp-md5-key', 'authentication-key', 'static-key-0'],
    ...['pin', 'otp-secret', 'cak', 'management-protection-key', 'challenge-password', 'on-event', 'on-up', 'source', 'lease-script'],
    ...['up-script', 'contents', 'token', 'nv2-preshared-key', 'Private-Key', 'key'],
  ];
  it('lose what is secret', () => expect(masked('/any/print', ...secrets)).toEqual(secrets));

  const plain = [
    ...['.id', 'name', 'address', 'public-key', 'host-key-size', 'host-key-type', 'comment', 'mac-address', 'src-address'],
    ...['key-size', 'key-usage', 'dst-address', 'ping', 'interface', 'value', 'identity', 'script-name', 'policy', 'keepalive', 'once'],
  ];
  it('keep everything else', () => {
    expect(masked('/any/print', ...plain)).toEqual([]);
  });

  it.each([
    ['/snmp/community/print', 'name'],
    ['/zerotier/print', 'identity'],
    ['/container/envs/print', 'value'],
    ['/system/script/environment/print', 'value'],
    ['/system/script/job/print', 'script'],
  ])('of %s lose %s too', (path, name) => expect(masked(path, name)).toEqual([name]));

  it('show that nothing is set', () =>
    expect(maskedRows('/ppp/secret/print', [{ password: '', name: 'a' }])).toEqual([{ password: '', name: 'a' }]));
});
