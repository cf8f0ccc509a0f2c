import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readSettings } from '../../config/index.js';
import { FrozenClock } from '../clock/clock.js';
import { AppKeys } from './app-keys.js';
import { base62ToUuid, uuidToBase62 } from './base62.js';
import { SignedUrls } from './signed-urls.js';

const key = 'ab'.repeat(32);
const other = 'cd'.repeat(32);

describe('base62 of a UUID', () => {
  it('comes back, whatever the UUID, and always fits the contract', () => {
    fc.assert(
      fc.property(fc.uuid(), (uuid) => {
        const short = uuidToBase62(uuid);
        expect(short).toMatch(/^[0-9A-Za-z]{22}$/);
        expect(base62ToUuid(short)).toBe(uuid.toLowerCase());
      }),
    );
  });

  it.each(['', 'abc', 'z'.repeat(22), 'a'.repeat(23), '../../../../etc/passwd'])('is refused when it is none: %j', (text) => {
    expect(base62ToUuid(text)).toBeUndefined();
  });
});

describe('sealed values', () => {
  it('open under the current and the previous key, for their purpose only', () => {
    const old = new AppKeys(other);
    const now = new AppKeys(key, other);
    expect(now.open(now.seal('geheim', 'a'), 'a')).toBe('geheim');
    expect(now.open(old.seal('geheim', 'a'), 'a')).toBe('geheim');
    expect(() => now.open(now.seal('geheim', 'a'), 'b')).toThrow(/cannot be opened/);
    expect(() => old.open(now.seal('geheim', 'a'), 'a')).toThrow(/cannot be opened/);
  });

  it('are equal for equal device tokens, and no altered one opens', () => {
    const keys = new AppKeys(key);
    const plain = Buffer.from('0123456789abcdef0001');
    const token = keys.sealDeterministic(plain);
    expect(keys.sealDeterministic(plain)).toBe(token);
    expect(keys.openDeterministic(token)).toEqual(plain);
    fc.assert(
      fc.property(fc.nat(token.length - 1), fc.constantFrom(...'ABCxyz019-_'), (at, c) => {
        const altered = token.slice(0, at) + c + token.slice(at + 1);
        expect(keys.openDeterministic(altered)?.toString()).toBe(altered === token ? plain.toString() : undefined);
      }),
    );
    expect(new AppKeys(other).openDeterministic(token)).toBeUndefined();
    for (const bad of ['', 'x', token.slice(0, -1), `${token}A`, `${token}=`]) expect(keys.openDeterministic(bad)).toBeUndefined();
  });
});

describe('a signed URL', () => {
  const clock = new FrozenClock();
  const urls = new SignedUrls(new AppKeys(key), readSettings({ PUBLIC_URL: 'https://fleet.example' }), clock);
  const path = (url: string): string => url.slice('https://fleet.example'.length);

  it('is valid as made and nothing else', () => {
    const done = path(urls.sign('/job/1/update', { status: 'done' }));
    expect(urls.verify(done)).toBe(true);
    expect(urls.verify(done.replace('done', 'fail'))).toBe(false);
    expect(urls.verify(done.replace('/job/1/', '/job/2/'))).toBe(false);
    expect(urls.verify(`${done}&status=fail`)).toBe(false);
    expect(urls.verify(`${done}&signature=x`)).toBe(false);
    expect(urls.verify(done.slice(0, -1))).toBe(false);
    expect(urls.verify('/job/1/update?status=done')).toBe(false);
    expect(urls.verify('/job/1/update')).toBe(false);
  });

  it('is refused once it expired', () => {
    const url = path(urls.sign('/notify/delete', { site: 'a' }, clock.millis() / 1000 + 60));
    expect(urls.verify(url)).toBe(true);
    clock.advance(61_000);
    expect(urls.verify(url)).toBe(false);
  });
});
