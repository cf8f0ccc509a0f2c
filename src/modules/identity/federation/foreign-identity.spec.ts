import { describe, expect, it } from '@jest/globals';
import { addressOf, MICROSOFT_CONSUMERS, mayVouch, pictureOf, sourceOf, verifiedEmail } from './foreign-identity.js';

describe('the address that a provider vouches for', () => {
  it.each<[string, Record<string, unknown>, string | undefined]>([
    ['google', { email: 'A@gmail.com', email_verified: true }, 'a@gmail.com'],
    ['google', { email: 'a@company.example', email_verified: true, hd: 'company.example' }, 'a@company.example'],
    ['google', { email: 'a@company.example', email_verified: true }, undefined], // verified once, and not Google's
    ['google', { email: 'a@gmail.com.evil.example', email_verified: true }, undefined],
    ['google', { email: 'a@gmail.com', email_verified: false }, undefined],
    ['google', { email: 'a@company.example', email_verified: true, hd: '' }, undefined],
    ['microsoft', { email: 'a@company.example', email_verified: true }, undefined],
    ['microsoft', { email: 'a@company.example', xms_edov: 'true' }, 'a@company.example'],
    ['microsoft', { email: 'a@company.example', xms_edov: 'yes' }, undefined],
    ['microsoft', { preferred_username: 'a@company.example', upn: 'a@company.example', xms_edov: true }, undefined],
    ['microsoft', { email: 'a@company.example', verified_primary_email: ['A@company.example'] }, 'a@company.example'],
    ['microsoft', { email: 'a@company.example', verified_primary_email: 'a@company.example' }, undefined],
    ['oidc', { email: ' a@company.example ', email_verified: true }, 'a@company.example'],
    ['oidc', { email: 'a@company.example', email_verified: 1 }, undefined],
    ['oidc', { email: ['a@company.example'], email_verified: true }, undefined],
  ])('%s %j: %s', (kind, claims, address) => {
    expect(verifiedEmail({ kind: kind as 'oidc' }, claims)).toBe(address);
  });

  it('is none with blanks, line ends, two signs, or none at all', () => {
    for (const bad of ['', 'a', '@', 'a@', '@b', 'a b@c', 'a@b\nc', 'a@b@c', 'a\u0000@b', `${'a'.repeat(250)}@b.example`, 7, null])
      expect([bad, addressOf(bad)]).toEqual([bad, undefined]);
  });

  it('must be of a domain that it may vouch for', () => {
    const entry = { emailDomains: ['example.net'] };
    expect(['a@example.net', 'a@x.example.net', 'a@example.net.evil.example'].map((a) => mayVouch(entry, a))).toEqual([true, false, false]);
    expect(mayVouch({}, 'a@b.example')).toBe(true);
  });
});

describe('where a person comes from', () => {
  it("is told in the contract's words", () => {
    expect(sourceOf({ kind: 'google' })).toBe('google');
    expect(sourceOf({ kind: 'github' })).toBe('github');
    expect(sourceOf({ kind: 'microsoft', tenantId: 'x' })).toBe('azure');
    expect(sourceOf({ kind: 'microsoft', tenantId: MICROSOFT_CONSUMERS })).toBe('microsoft');
    expect(sourceOf({ kind: 'oidc' })).toBe('local');
  });
});

describe('a portrait', () => {
  it('is an https URL or nothing', () => {
    expect(pictureOf('https://a.example/b.png')).toBe('https://a.example/b.png');
    for (const bad of [
      'http://a.example/b.png',
      'javascript:alert(1)',
      'data:image/png;base64,x',
      `https://a.example/${'x'.repeat(2048)}`,
      7,
    ])
      expect(pictureOf(bad)).toBe('');
  });
});
