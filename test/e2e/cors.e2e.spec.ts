import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { OidcClients } from '../../src/modules/identity/oidc/oidc-clients.js';
import { Fleet, type Team } from './support/fleet.js';

let fleet: Fleet;
let team: Team;

beforeAll(async () => {
  fleet = await Fleet.start({ PORTAL_URL: 'https://portal.example.net', PORTAL_REDIRECT_URIS: 'http://localhost:5173/callback' });
  team = await fleet.team();
}, 60_000);
afterAll(() => fleet.stop());

describe('a web page of another origin', () => {
  it.each(['https://portal.example.net', 'http://localhost:5173'])('%s, the portal, may call the API', async (origin) => {
    const preflight = await fleet
      .http()
      .options('/site')
      .set({ origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization, content-type' })
      .expect(204);
    expect(preflight.headers).toMatchObject({
      'access-control-allow-origin': origin,
      'access-control-allow-headers': expect.stringContaining('authorization'),
      'access-control-allow-methods': expect.stringContaining('DELETE'),
    });
    expect(preflight.headers).not.toHaveProperty('access-control-allow-credentials');
    const call = await team.owner.get('/site').set('origin', origin).expect(200);
    expect(call.headers['access-control-allow-origin']).toBe(origin);
    expect(call.headers['vary']).toMatch(/origin/i);
    const refused = await fleet.http().get('/site').set('origin', origin).expect(401);
    expect(refused.headers['access-control-allow-origin']).toBe(origin);
  });

  it.each(['https://evil.example', 'http://portal.example.net', 'https://portal.example.net.evil.example', 'null'])(
    '%s may not',
    async (origin) => {
      const preflight = await fleet.http().options('/site').set({ origin, 'access-control-request-method': 'POST' });
      expect(preflight.status).toBe(404);
      expect(preflight.headers).not.toHaveProperty('access-control-allow-origin');
      expect((await team.owner.get('/site').set('origin', origin).expect(200)).headers).not.toHaveProperty('access-control-allow-origin');
    },
  );

  it('may fetch tokens and call the API when it belongs to a registered client', async () => {
    const wish = {
      id: 'dashboard',
      name: 'Dashboard',
      redirectUris: ['https://dash.example.net/cb'],
      postLogoutRedirectUris: [],
      confidential: false,
    };
    await fleet.app.get(OidcClients).add(wish);
    await fleet.pass(15);
    const origin = 'https://dash.example.net';
    expect((await team.owner.get('/site').set('origin', origin).expect(200)).headers['access-control-allow-origin']).toBe(origin);
    const token = await fleet
      .http()
      .post('/oauth/token')
      .set('origin', origin)
      .type('form')
      .send({
        grant_type: 'authorization_code',
        client_id: 'dashboard',
        code: 'x',
        redirect_uri: 'https://dash.example.net/cb',
        code_verifier: 'y'.repeat(43),
      })
      .expect(400);
    expect(token.headers['access-control-allow-origin']).toBe(origin);
    const foreign = await fleet
      .http()
      .post('/oauth/token')
      .set('origin', 'https://evil.example')
      .type('form')
      .send({ client_id: 'dashboard' });
    expect(foreign.headers['access-control-allow-origin']).not.toBe('https://evil.example');
  });

  it('finds keys and discovery open, as these are for everybody', async () => {
    for (const path of ['/.well-known/openid-configuration', '/.well-known/jwks.json'])
      expect((await fleet.http().get(path).set('origin', 'https://any.example').expect(200)).headers['access-control-allow-origin']).toBe(
        'https://any.example',
      );
  });
});

describe('the discovery document', () => {
  it('names the paths of the contract', async () => {
    const { body } = await fleet.http().get('/.well-known/openid-configuration').expect(200);
    expect(body).toMatchObject({
      ...{ issuer: fleet.url, authorization_endpoint: `${fleet.url}/authorize`, token_endpoint: `${fleet.url}/oauth/token` },
      ...{
        userinfo_endpoint: `${fleet.url}/userinfo`,
        end_session_endpoint: `${fleet.url}/oidc/logout`,
        jwks_uri: `${fleet.url}/.well-known/jwks.json`,
      },
      ...{
        response_types_supported: ['code'],
        code_challenge_methods_supported: ['S256'],
        id_token_signing_alg_values_supported: ['RS256'],
      },
    });
  });
});
