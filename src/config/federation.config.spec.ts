import { describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSettings } from './settings.js';

const TENANT = 'aaaabbbb-0000-cccc-1111-dddd2222eeee';
const client = { client_id: 'c', client_secret: 'hunter2' };
const providers = (...entries: unknown[]): ReturnType<typeof readSettings> => readSettings({ IDENTITY_PROVIDERS: JSON.stringify(entries) });
const issuers = (...entries: unknown[]): ReturnType<typeof readSettings> =>
  readSettings({ PUBLIC_URL: 'https://fleet.example.net', EXTERNAL_ISSUERS: JSON.stringify(entries) });

describe('IDENTITY_PROVIDERS', () => {
  it('needs little for the well-known ones', () => {
    const { IDENTITY_PROVIDERS } = providers(
      { id: 'google', kind: 'google', ...client },
      { id: 'github', kind: 'github', ...client },
      { id: 'entra', kind: 'microsoft', tenant_id: TENANT, ...client },
      { id: 'company', kind: 'oidc', issuer: 'https://login.example.net/', email_domains: ['example.net'], ...client },
    );
    const common = { clientId: 'c', clientSecret: 'hunter2' };
    expect(IDENTITY_PROVIDERS).toEqual([
      {
        ...common,
        id: 'google',
        kind: 'google',
        name: 'Google',
        issuer: 'https://accounts.google.com',
        scopes: ['openid', 'email', 'profile'],
      },
      {
        ...{ ...common, id: 'github', kind: 'github', name: 'GitHub', scopes: ['read:user', 'user:email'] },
        ...{ issuer: 'https://github.com', api: 'https://api.github.com' },
      },
      {
        ...{ ...common, id: 'entra', kind: 'microsoft', name: 'Microsoft', scopes: ['openid', 'email', 'profile'] },
        ...{ issuer: `https://login.microsoftonline.com/${TENANT}/v2.0`, tenantId: TENANT },
      },
      {
        ...{ ...common, id: 'company', kind: 'oidc', name: 'company', scopes: ['openid', 'email', 'profile'] },
        ...{ issuer: 'https://login.example.net/', emailDomains: ['example.net'] },
      },
    ]);
  });

  it('is read from a file when it names one', () => {
    const folder = mkdtempSync(join(tmpdir(), 'rosfleet-providers-'));
    const path = join(folder, 'providers.json');
    try {
      writeFileSync(path, JSON.stringify([{ id: 'google', kind: 'google', ...client }]));
      expect(readSettings({ IDENTITY_PROVIDERS: path }).IDENTITY_PROVIDERS).toMatchObject([{ id: 'google' }]);
      writeFileSync(path, '[{"client_secret": "hunter2"');
      expect(() => readSettings({ IDENTITY_PROVIDERS: path })).toThrow(`IDENTITY_PROVIDERS=(hidden) (the file ${path}) is not JSON`);
    } finally {
      rmSync(folder, { recursive: true });
    }
    expect(() => readSettings({ IDENTITY_PROVIDERS: path })).toThrow(
      `is neither a JSON list nor a file that can be read (${path}: ENOENT)`,
    );
  });

  it('names entry, field, bad value and a good one, all at once', () => {
    const attempt = (): unknown =>
      providers(
        { id: 'Google!', kind: 'gogle', ...client },
        { id: 'a', kind: 'oidc', issuer: 'http://login.example.net', client_id: 7, colour: 1 },
      );
    expect(attempt).toThrow(/entry 1, id: "Google!" is not 1 to 32 lower-case letters, digits and dashes, for example "company"/);
    expect(attempt).toThrow(/entry 1, kind: "gogle" is not one of google, github, microsoft, oidc, for example "oidc"/);
    expect(attempt).toThrow(/entry 2, issuer: "http:\/\/login.example.net" is not an https URL .*, for example "https:/);
    expect(attempt).toThrow(/entry 2, client_id: 7 is not/);
    expect(attempt).toThrow(/entry 2, client_secret: is missing/);
    expect(attempt).toThrow(/entry 2: unknown field "colour"; known are id, kind/);
    expect(attempt).toThrow(/for example IDENTITY_PROVIDERS=\/etc\/rosfleet/);
  });

  it.each<[string, unknown]>([
    ['tenant_id: "common" is not the id of a tenant', { id: 'm', kind: 'microsoft', tenant_id: 'common', ...client }],
    [
      'is not an https URL that ends with',
      { id: 'm', kind: 'microsoft', tenant_id: TENANT, issuer: 'https://login.microsoftonline.us/x/v2.0', ...client },
    ],
    ['scopes: lacks "openid"', { id: 'g', kind: 'google', scopes: ['email'], ...client }],
    ['email_domains: "Example.net" is not a domain in lower case', { id: 'g', kind: 'google', email_domains: ['Example.net'], ...client }],
    ['endpoints, api: is missing', { id: 'h', kind: 'github', endpoints: { web: 'https://github.example.net' }, ...client }],
    ['endpoints: "x" is not an object', { id: 'h', kind: 'github', endpoints: 'x', ...client }],
    ['unknown field "issuer"', { id: 'g', kind: 'google', issuer: 'https://evil.example', ...client }],
    ['entry 1 is not an object', 'google'],
    ['client_secret: (hidden) is not printable', { id: 'g', kind: 'google', client_id: 'c', client_secret: 'hunter2 ' }],
  ])('refuses: %s', (why, entry) => {
    const attempt = (): unknown => providers(entry);
    expect(attempt).toThrow(why);
    expect(attempt).not.toThrow(/hunter2/);
  });

  it('refuses two entries of one id', () => {
    const entry = { id: 'g', kind: 'google', ...client };
    expect(() => providers(entry, entry)).toThrow('two entries have the id "g"');
  });

  it('takes plain http on loopback only', () => {
    expect(providers({ id: 'a', kind: 'oidc', issuer: 'http://127.0.0.1:9000', ...client }).IDENTITY_PROVIDERS).toHaveLength(1);
    for (const issuer of ['http://10.0.0.1', 'https://u:p@login.example.net', 'https://login.example.net?a=b', 'ftp://login.example.net'])
      expect(() => providers({ id: 'a', kind: 'oidc', issuer, ...client })).toThrow(/issuer/);
  });
});

describe('EXTERNAL_ISSUERS', () => {
  it('has defaults for all but issuer and audience', () => {
    expect(issuers({ issuer: 'https://example.eu.auth0.com/', audience: 'api' }).EXTERNAL_ISSUERS).toEqual([
      {
        ...{ issuer: 'https://example.eu.auth0.com/', audience: ['api'], jwksUri: undefined, emailClaim: 'email' },
        algorithms: ['RS256', 'PS256', 'ES256', 'EdDSA'],
      },
    ]);
  });

  it.each<[string, unknown]>([
    ['audience: is missing', { issuer: 'https://a.example' }],
    ['audience: [] is not', { issuer: 'https://a.example', audience: [] }],
    [
      'algorithms: "HS256" is not an asymmetric algorithm',
      { issuer: 'https://a.example', audience: 'api', algorithms: ['RS256', 'HS256'] },
    ],
    ['algorithms: "none" is not', { issuer: 'https://a.example', audience: 'api', algorithms: 'none' }],
    [
      'jwks_uri: "http://a.example/jwks" is not an https URL',
      { issuer: 'https://a.example', audience: 'api', jwks_uri: 'http://a.example/jwks' },
    ],
    ['EXTERNAL_ISSUERS names PUBLIC_URL', { issuer: 'https://fleet.example.net', audience: 'rosfleet' }],
  ])('refuses: %s', (why, entry) => {
    expect(() => issuers(entry)).toThrow(why);
  });
});
