import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { generateSync } from 'otplib';
import { type Client, Fleet, type Team } from './support/fleet.js';

let fleet: Fleet;
let team: Team;
let person: Client;

beforeAll(async () => {
  fleet = await Fleet.start();
  team = await fleet.team();
}, 60_000);
afterAll(() => fleet.stop());
beforeEach(async () => {
  person = await fleet.person(team, 'member');
  await fleet.pass(120); // a code of the test before must not count as used
});

const code = (secret: string): string => generateSync({ secret, epoch: Math.floor(fleet.clock.now() / 1000) });

async function enrol(who: Client): Promise<string> {
  await who.post('/oauth/2fa').expect(200);
  const { secretKey } = (await who.get('/oauth/2fa-secret-key').expect(200)).body as { secretKey: string };
  await who.post('/oauth/confirm-2fa', { code: code(secretKey) }).expect(200);
  return secretKey;
}

describe('two-factor', () => {
  it('is on once the first code of the authenticator app was right', async () => {
    await person.get('/oauth/2fa-qr-code').expect(404);
    await person.post('/oauth/2fa').expect(200);
    const { secretKey } = (await person.get('/oauth/2fa-secret-key').expect(200)).body as { secretKey: string };
    expect(secretKey).toMatch(/^[A-Z2-7]{32}$/);
    const { svg } = (await person.get('/oauth/2fa-qr-code').expect(200)).body as { svg: string };
    expect(svg).toMatch(/^<svg[^]*<\/svg>\s*$/);
    const wrong = await person.post('/oauth/confirm-2fa', { code: '000000' }).expect(422);
    expect(wrong.body.errors).toEqual({ code: ['code is wrong or has expired'] });
    await person.post('/oauth/confirm-2fa', { code: code(secretKey) }).expect(200);
    await person.get('/oauth/2fa-secret-key').expect(404);
    await person.post('/oauth/2fa').expect(422);
  });

  it('shows recovery codes while it is set up and once afterwards', async () => {
    await person.post('/oauth/2fa').expect(200);
    const first = (await person.get('/oauth/2fa-recovery-codes').expect(200)).body as string[];
    expect(first).toHaveLength(10);
    expect(new Set(first).size).toBe(10);
    const { secretKey } = (await person.get('/oauth/2fa-secret-key').expect(200)).body as { secretKey: string };
    await person.post('/oauth/confirm-2fa', { code: code(secretKey) }).expect(200);
    expect((await person.get('/oauth/2fa-recovery-codes').expect(200)).body).toEqual(first);
    expect((await person.get('/oauth/2fa-recovery-codes').expect(200)).body).toEqual(first.map((c) => `${c.slice(0, 2)}…`));
    const next = (await person.post('/oauth/2fa-recovery-codes').expect(200)).body as string[];
    expect(next.filter((c) => first.includes(c))).toEqual([]);
    const kept = await fleet.sql<{ hash: string; sealed_code: string | null }>(
      `SELECT hash, sealed_code FROM recovery_code WHERE user_id = $1`,
      [person.userId],
    );
    expect(kept.map((k) => k.sealed_code)).toEqual(Array(10).fill(null));
    for (const { hash } of kept) expect(next.some((c) => hash.includes(c))).toBe(false);
  });

  it('ends the sessions that never passed it', async () => {
    const other = fleet.client(await fleet.session(person.userId), person.teamId, person.userId);
    await other.get('/userinfo').expect(200);
    await enrol(person);
    await other.get('/userinfo').expect(401);
    await person.get('/userinfo').expect(200);
  });

  it('is turned off only by somebody who proves again who they are', async () => {
    const secret = await enrol(person);
    await fleet.pass(700);
    expect((await person.delete('/oauth/2fa').expect(403)).body.code).toBe('reauthentication_required');
    await person.delete('/oauth/2fa').send({ password: 'Wrong-Horse-7' }).expect(401);
    await person.delete('/oauth/2fa').send({ code: '123456' }).expect(401);
    await person
      .delete('/oauth/2fa')
      .send({ code: code(secret) })
      .expect(200);
    await person.delete('/oauth/2fa').expect(200);
    expect((await person.get('/oauth/2fa-recovery-codes').expect(200)).body).toEqual([]);
  });

  it('slows the guessing of codes down', async () => {
    await person.post('/oauth/2fa').expect(200);
    for (let i = 0; i < 6; i++) await person.post('/oauth/confirm-2fa', { code: '000000' });
    const limited = await person.post('/oauth/confirm-2fa', { code: '000000' }).expect(429);
    expect(Number(limited.headers['retry-after'])).toBeGreaterThan(0);
  });

  it('is no business of an API credential', async () => {
    for (const path of ['/oauth/2fa', '/oauth/2fa-recovery-codes'])
      expect((await team.owner.post(path).expect(403)).body.code).toBe('person_required');
    expect((await team.owner.get('/oauth/sessions').expect(403)).body.code).toBe('person_required');
  });
});

describe('a password', () => {
  it('is changed by who knows it, and ends every other session', async () => {
    const other = fleet.client(await fleet.session(person.userId), person.teamId, person.userId);
    await person.put('/oauth/password', { current_password: 'Wrong-Horse-7', password: 'Better-Battery-9' }).expect(401);
    await person.put('/oauth/password', { current_password: 'Correct-Horse-7', password: 'Better-Battery-9' }).expect(204);
    await other.get('/userinfo').expect(401);
    await person.get('/userinfo').expect(200);
  });

  it('is none of the last three, none that is tried first, and follows the rule', async () => {
    const change = (current: string, next: string): ReturnType<Client['put']> =>
      person.put('/oauth/password', { current_password: current, password: next });
    const refused = async (current: string, next: string, why: RegExp): Promise<void> => {
      expect(JSON.stringify((await change(current, next).expect(422)).body.errors)).toMatch(why);
    };
    await refused('Correct-Horse-7', 'Correct-Horse-7', /last 3/);
    await refused('Correct-Horse-7', 'P@ssw0rd!', /tried first/);
    await refused('Correct-Horse-7', 'lower-case-7', /upper-case/);
    await change('Correct-Horse-7', 'Second-Horse-8').expect(204);
    await change('Second-Horse-8', 'Third-Horse-9').expect(204);
    await refused('Third-Horse-9', 'Correct-Horse-7', /last 3/);
    await change('Third-Horse-9', 'Fourth-Horse-10').expect(204);
    await change('Fourth-Horse-10', 'Correct-Horse-7').expect(204);
  });
});

describe('sessions', () => {
  it('are listed and ended one by one or all at once', async () => {
    const [second, third] = await Promise.all(
      [1, 2].map(async () => fleet.client(await fleet.session(person.userId), person.teamId, person.userId)),
    );
    const list = (await person.get('/oauth/sessions').expect(200)).body as { id: string; current: boolean; client_id: string }[];
    expect(list).toHaveLength(3);
    expect(list.filter((s) => s.current)).toHaveLength(1);
    const own = ((await second!.get('/oauth/sessions').expect(200)).body as typeof list).find((s) => s.current)!;
    await person.delete(`/oauth/sessions/${own.id}`).expect(204);
    await second!.get('/userinfo').expect(401);
    await person.delete(`/oauth/sessions/${own.id}`).expect(404);
    await person.delete('/oauth/sessions').expect(204);
    await third!.get('/userinfo').expect(401);
    expect((await person.get('/oauth/sessions').expect(200)).body).toHaveLength(1);
  });

  it('of another person are not there', async () => {
    const stranger = await fleet.person(team, 'owner');
    const [theirs] = (await person.get('/oauth/sessions').expect(200)).body as { id: string }[];
    await stranger.delete(`/oauth/sessions/${theirs!.id}`).expect(404);
    await person.get('/userinfo').expect(200);
  });

  it('of somebody who may no longer sign in are over', async () => {
    await fleet.sql(`UPDATE app_user SET allow_login = false WHERE id = $1 RETURNING id`, [person.userId]);
    await new Promise((r) => setTimeout(r, 300));
    await person.get('/userinfo').expect(401);
  });
});

describe('who the caller is', () => {
  it('is answered in standard claims', async () => {
    expect((await person.get('/userinfo').expect(200)).body).toMatchObject({
      ...{ sub: person.userId, name: 'Person', given_name: 'Person', email_verified: true, zoneinfo: 'UTC' },
    });
  });
});
