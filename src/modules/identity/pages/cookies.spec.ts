import { describe, expect, it } from '@jest/globals';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { readSettings } from '../../../config/index.js';
import { type Cookie, cookieOf, hostCookie, setCookie } from './cookies.js';

const secure = readSettings({ PUBLIC_URL: 'https://fleet.example.net' });
const plain = readSettings({ PUBLIC_URL: 'http://127.0.0.1:8080' });

function written(settings: typeof secure, cookie: Cookie): string[] {
  const headers: string[] = [];
  setCookie({ raw: { appendHeader: (_name: string, value: string) => headers.push(value) } } as unknown as FastifyReply, settings, cookie);
  return headers;
}

describe('cookies of pages', () => {
  it.each([
    [secure, { name: '__Host-a', value: 'b' }, '__Host-a=b; Path=/; HttpOnly; SameSite=Lax; Secure'],
    [secure, { name: '__Host-a', value: 'b', seconds: 1800 }, '__Host-a=b; Path=/; HttpOnly; SameSite=Lax; Max-Age=1800; Secure'],
    [plain, { name: 'a', value: 'b' }, 'a=b; Path=/; HttpOnly; SameSite=Lax'],
    [plain, { name: 'a', value: '', seconds: 0 }, 'a=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0'],
  ])('at $PUBLIC_URL they are written as %j says: %s', (settings, cookie, header) => {
    expect(written(settings, cookie)).toEqual([header]);
  });

  it('are out of reach of other hosts where browsers can see to that', () => {
    expect([hostCookie(secure, 'a'), hostCookie(plain, 'a')]).toEqual(['__Host-a', 'a']);
  });

  it.each([
    ['a=1; b=2', '2'],
    ['b=first; b=second', 'first'],
    ['a=b=2', undefined],
    ['b=x=y', 'x=y'],
    ['b', undefined],
    [undefined, undefined],
  ])('of %p the value of b is %p', (cookie, value) => {
    expect(cookieOf({ headers: { cookie } } as FastifyRequest, 'b')).toBe(value);
  });
});
