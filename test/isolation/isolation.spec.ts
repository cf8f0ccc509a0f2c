import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { PulseFlush } from '../../src/fleet/poll/pulse-flush.js';
import { ACCESS, type Access, ALL_SCOPES } from '../../src/platform/access/index.js';
import { routeHandlers } from '../../src/platform/access/access.guard.js';
import { SignedUrls } from '../../src/platform/crypto/index.js';
import { Fleet, INTERNAL_TOKEN, SITE_INTERNAL_TOKEN } from '../e2e/support/fleet.js';
import { cloneDatabase } from '../support/postgres.js';
import { INHERITED, isKnown, OPEN, OWN_REFUSED_AS, POISON, REFUSED_AS, TEXTS, thingAt, TOLD_APART, unknownLike } from './fixtures.js';
import { differences, Ledger } from './ledger.js';
import { type Auth, type Operation, operationsOf, type Position } from './operations.js';
import { type Answer, type Request, send } from './request.js';
import { populate, type Side, type Thing, THINGS } from './world.js';

/*
 * Every operation of the OpenAPI document, asked by everybody who may not: without a credential, with one of another kind,
 * without the scope, with things of another team, with fields that it does not take. What each needs in order to be asked
 * is read from the document and from fixtures.ts; an operation that neither explains fails the first test.
 */

/** What every kind of operation answers to somebody without credential. Whoever knows a signed URL or a token needs none. */
const WITHOUT_CREDENTIAL: Readonly<Record<Auth, number | undefined>> = {
  ...{ jwt: 401, internal: 401, 'site-internal': 401, device: 401, 'client-token': 401 },
  signed: 403, // the URL was not signed
  runbook: 404, // nobody has that bootstrap token
  public: undefined,
};

/** Which tokens a kind of operation takes. */
const TAKES: Readonly<Record<Auth, readonly TokenName[]>> = {
  jwt: ['person', 'credential', 'key'],
  'client-token': ['credential'],
  internal: ['internal'],
  'site-internal': ['site-internal'],
  device: ['device'],
  ...{ signed: [], runbook: [], public: [] },
};
type TokenName = 'person' | 'credential' | 'key' | 'internal' | 'site-internal' | 'device';

const SERVICES: Partial<Record<Auth, string>> = { internal: INTERNAL_TOKEN, 'site-internal': SITE_INTERNAL_TOKEN };

let fleet: Fleet;
let ledger: Ledger;
let us: Side;
let them: Side;
let operations: Operation[];
let probes = 0;

beforeAll(async () => {
  const database = await cloneDatabase();
  fleet = await Fleet.start({ DEVELOPER_API_RATE: '100000' }, database); // it asks more often than anybody may
  ledger = await Ledger.open(database.superuserUrl);
  operations = operationsOf(fleet.app);
  us = await populate(fleet);
  them = await populate(fleet);
  await fleet.mails('nobody@example.net'); // waits for all tasks
}, 300_000);
afterAll(async () => {
  process.stderr.write(`isolation: ${probes} probes of ${operations.length} operations\n`);
  await ledger.close();
  await fleet.stop();
});

const ours = (thing: Thing): string => us.ids[thing];
const probe = (operation: Operation, request: Partial<Request> = {}): Promise<Answer> => {
  probes++;
  return send(fleet.url, operation, { id: ours, ...request });
};
const tokens = (): Record<TokenName, string> => ({
  ...{ person: us.person, credential: us.credential, key: us.key, device: us.device },
  ...{ internal: INTERNAL_TOKEN, 'site-internal': SITE_INTERNAL_TOKEN },
});

/** Runs probes of every operation that fits, and answers what they complained about, with what they changed in the database. */
async function complaints(
  fits: (operation: Operation) => boolean,
  probesOf: (operation: Operation, complain: (text: string) => void) => Promise<void>,
): Promise<string[]> {
  const found: string[] = [];
  let before = await ledger.digests();
  for (const operation of operations.filter(fits)) {
    await probesOf(operation, (text) => void found.push(`${operation.name}: ${text}`));
    const after = await ledger.digests();
    for (const table of differences(before, after)) found.push(`${operation.name}: changed ${table}`);
    before = after;
  }
  return found;
}

const said = ({ status, text }: Answer): string => `${status} ${text.slice(0, 200)}`;

/** Each place that names a thing alone, and all of them at once. */
function foreignPlaces(operation: Operation): Position[][] {
  const owned = operation.positions.filter((position) => thingAt(operation, position));
  const alone = owned.filter(({ name }) => !Object.hasOwn(OPEN, `${operation.id}.${name}`)).map((position) => [position]);
  return owned.length > 1 ? [...alone, owned] : alone;
}

/** An answer without what differs between any two requests: their ids, and the ids that were asked for. */
function bare({ status, text }: Answer, asked: readonly string[]): string {
  const neutral = asked.reduce((left, value) => left.replaceAll(value, '…'), text);
  return `${status} ${neutral.replace(/"request_id":"[^"]*"/, '')}`;
}

/** Some operations are for people and not for programs, whatever they name. */
const isForPeople = (token: string, { status, body }: Answer): boolean =>
  token === us.credential && status === 403 && body['code'] === 'person_required';

/** Whether a person or a service makes or changes something by it. */
const isChange = ({ auth, method }: Operation): boolean =>
  ['jwt', 'internal', 'site-internal'].includes(auth) && ['POST', 'PUT', 'PATCH'].includes(method);

describe('the isolation suite', () => {
  it('knows how to call every operation: what looks like an id stands in fixtures.ts', () => {
    const unknown = operations.flatMap((operation) =>
      operation.positions
        .filter((position) => !isKnown(operation, position))
        .map((p) => `${operation.name}: add ${p.template ?? `${operation.id}.${p.name}`} to OWNED or SHARED of fixtures.ts`),
    );
    const textless = operations.filter(({ takes, id }) => takes !== undefined && takes !== 'application/json' && !Object.hasOwn(TEXTS, id));
    unknown.push(...textless.map(({ name, id }) => `${name}: add ${id} to TEXTS of fixtures.ts`));
    expect(unknown).toEqual([]);
    expect(operations.length).toBeGreaterThan(100);
    for (const operation of operations)
      expect([operation.name, Object.keys(TAKES)]).toEqual([operation.name, expect.arrayContaining([operation.auth])]);
  });
});

describe('a route that the OpenAPI document leaves out', () => {
  it('is a page for anybody: no probe of this suite reaches it', () => {
    const discovery = fleet.app.get(DiscoveryService, { strict: false });
    const hidden: [string, string][] = [];
    for (const { name, handler } of routeHandlers(discovery, fleet.app.get(MetadataScanner, { strict: false }))) {
      const access = Reflect.getMetadata(ACCESS, handler) as Access;
      if (Reflect.hasMetadata('swagger/apiExcludeEndpoint', handler)) hidden.push([name, access.kind]);
    }
    expect(hidden).toEqual(hidden.map(([name]) => [name, 'public']));
    expect(hidden.length).toBeGreaterThan(0);
  });
});

describe('every operation', () => {
  it('refuses whoever brings nothing', async () => {
    const found = await complaints(
      ({ auth }) => auth !== 'public',
      async (operation, complain) => {
        // A bootstrap token is itself the credential: without one means with one that nobody has.
        const id = operation.auth === 'runbook' ? (): string => 'x'.repeat(22) : ours;
        const answer = await probe(operation, { id });
        if (answer.status !== WITHOUT_CREDENTIAL[operation.auth]) complain(`without credential answers ${said(answer)}`);
      },
    );
    expect(found).toEqual([]);
  }, 300_000);

  it('refuses the credentials of others: services on the routes of people, people and routers on those of services', async () => {
    const found = await complaints(
      ({ auth }) => auth !== 'public' && auth !== 'runbook',
      async (operation, complain) => {
        const wrong = Object.entries(tokens()).filter(([name]) => !TAKES[operation.auth].includes(name as TokenName));
        for (const [name, token] of [...wrong, ['nonsense', 'nonsense'], ['forged', `${us.credential}x`]] as [string, string][]) {
          const answer = await probe(operation, { token });
          if (answer.status !== WITHOUT_CREDENTIAL[operation.auth]) complain(`with the token «${name}» answers ${said(answer)}`);
        }
      },
    );
    expect(found).toEqual([]);
  }, 300_000);

  it('with a scope refuses whoever has all the others', async () => {
    const limited = new Map<string, string>();
    for (const enough of operations.flatMap(({ scopes }) => (scopes.length ? [scopes] : [])))
      if (!limited.has(enough.join())) limited.set(enough.join(), await us.limited(ALL_SCOPES.filter((other) => !enough.includes(other))));
    expect(limited.size).toBeGreaterThan(15);
    const found = await complaints(
      ({ scope }) => scope !== null,
      async (operation, complain) => {
        const answer = await probe(operation, { token: limited.get(operation.scopes.join()) });
        if (answer.status !== 403 || answer.body['code'] !== 'scope_missing')
          complain(`without ${operation.scope} answers ${said(answer)}`);
      },
    );
    expect(found).toEqual([]);
  }, 300_000);
});

describe('things of another team', () => {
  it('do not exist: their ids are answered like ids of nothing, and nothing changes', async () => {
    const found = await complaints(
      ({ auth }) => auth === 'jwt',
      async (operation, complain) => {
        for (const foreign of foreignPlaces(operation))
          for (const token of [us.person, us.credential]) {
            const asked = (value: (thing: Thing) => string): Promise<Answer> =>
              probe(operation, { token, id: (thing, position) => (foreign.includes(position) ? value(thing) : ours(thing)) });
            const nobodys = Object.fromEntries(THINGS.map((thing) => [thing, unknownLike(them.ids[thing])]));
            const nothing = bare(await asked((thing) => nobodys[thing]!), Object.values(nobodys));
            const theirs = await asked((thing) => them.ids[thing]);
            const where = foreign.map((p) => `${p.in} ${p.name}`).join(', ');
            const expected = foreign.map((p) => REFUSED_AS[`${operation.id}.${p.name}`] ?? 404);
            if (!expected.includes(theirs.status) && !isForPeople(token, theirs)) complain(`theirs in ${where} answers ${said(theirs)}`);
            const isToldApart = foreign.some((p) => Object.hasOwn(TOLD_APART, `${operation.id}.${p.name}`));
            if (!isToldApart && bare(theirs, Object.values(them.ids)) !== nothing)
              complain(`theirs in ${where} answers ${said(theirs)}, nobody's ${nothing}`);
          }
      },
    );
    expect(found).toEqual([]);
  }, 300_000);

  it('are in no answer', async () => {
    const found = await complaints(
      ({ auth, method }) => auth === 'jwt' && method === 'GET',
      async (operation, complain) => {
        for (const token of [us.person, us.credential]) {
          const answer = await probe(operation, { token });
          const leaked = THINGS.filter((thing) => answer.text.includes(them.ids[thing]));
          if (leaked.length) complain(`shows of another team: ${leaked.join(', ')}`);
          if (answer.status >= 400 && answer.status !== OWN_REFUSED_AS[operation.id] && !isForPeople(token, answer))
            complain(`our own answers ${said(answer)}, so this proves nothing`);
        }
      },
    );
    expect(found).toEqual([]);
  }, 300_000);

  it('are not reached by a signature that was made for something of ours', async () => {
    const found = await complaints(
      ({ signed }) => signed,
      async (operation, complain) => {
        const urls = fleet.app.get(SignedUrls);
        const token = operation.auth === 'device' ? us.device : undefined;
        for (const position of operation.positions.filter((p) => thingAt(operation, p))) {
          const moved = await probe(operation, {
            token,
            id: ours,
            sign: (path, { signature: _, ...query }) =>
              urls
                .sign(path, query)
                .replace(encodeURIComponent(ours(thingAt(operation, position)!)), them.ids[thingAt(operation, position)!]),
          });
          if (moved.status !== 403) complain(`signed for ours, asked for theirs in ${position.name} answers ${said(moved)}`);
        }
        if (operation.auth !== 'device') return;
        const sign = (path: string, { signature: _, ...query }: Record<string, string>): string => urls.sign(path, query);
        const theirs = await probe(operation, { token, sign, id: (thing) => them.ids[thing] });
        if (theirs.status !== 403) complain(`with our router's token and their URL answers ${said(theirs)}`);
      },
    );
    expect(found).toEqual([]);
  }, 300_000);
});

describe('fields that an operation does not take', () => {
  it('never take effect', async () => {
    await fleet.app.get(PulseFlush).flush();
    // What is on its way to a router that is online would lock security groups; an opening asks for one that is.
    const setOnline = (online: boolean): Promise<unknown> => fleet.sql(`UPDATE site_pulse SET has_pulse = $1 RETURNING site_id`, [online]);
    const poison = POISON(them);
    const marks = [...new Set([...Object.values(poison), ...Object.values(INHERITED)].flat())].map(String);
    const found: string[] = [];
    for (const operation of operations.filter((o) => isChange(o) && (o.takes === undefined || o.takes === 'application/json'))) {
      await setOnline(/^create(Transient|PortForward)/.test(operation.id));
      const token = SERVICES[operation.auth] ?? us.person;
      const fields = operation.positions.filter((p) => p.in === 'body');
      const extras = Object.entries(poison).filter(([name]) => !fields.some((field) => field.name === name));
      const [rows, rowsWithMarks] = [await ledger.digests(), await ledger.mentions(marks)];
      if (operation.takes) {
        // One at a time, so that none hides behind another.
        const alone = extras.map(([name, value]) => ({ path: name, more: { [name]: value } }));
        const inner = fields
          .filter((field) => field.schema.type === 'object')
          .map(({ name }) => ({ path: `${name}.team_id`, more: { [name]: { team_id: poison['team_id'] } } }));
        for (const { path, more } of [...alone, ...inner]) {
          const answer = await probe(operation, { token, more });
          const isNamed = Object.hasOwn((answer.body['errors'] as object | undefined) ?? {}, path);
          if (answer.status !== 422 || !isNamed) found.push(`${operation.name}: ${path} answers ${said(answer)}`);
        }
        for (const table of differences(rows, await ledger.digests())) found.push(`${operation.name}: refused and changed ${table}`);
      }
      // Here nothing is refused: no field may arrive.
      const answer = await probe(operation, { token, more: operation.takes ? INHERITED : { ...poison, ...INHERITED } });
      if (answer.status >= 300 && answer.status !== OWN_REFUSED_AS[operation.id])
        found.push(`${operation.name}: answers ${said(answer)}, so this proves nothing`);
      for (const table of differences(rowsWithMarks, await ledger.mentions(marks)))
        found.push(`${operation.name}: a field arrived in ${table}`);
    }
    expect(found).toEqual([]);
  }, 300_000);
});

describe('things of the own team', () => {
  it('are there for the very requests that were refused above', async () => {
    const taken = new Set<string>();
    const spare: Side[] = [];
    /** A side whose thing no earlier request has deleted. */
    const sideWith = async (thing: Thing | undefined): Promise<Side> => {
      for (let n = 0; ; n++) {
        const side = (spare[n] ??= await populate(fleet));
        if (taken.has(`${n} ${thing}`)) continue;
        taken.add(`${n} ${thing}`);
        return side;
      }
    };
    const found: string[] = [];
    const changes = operations.filter((o) => o.auth === 'jwt' && isChange(o));
    const deletions = operations.filter((o) => o.auth === 'jwt' && o.method === 'DELETE');
    // The parts before the whole, teams last.
    const depth = (o: Operation): number => o.positions.filter((p) => thingAt(o, p)).length - (o.path === '/teams/{team}' ? 9 : 0);
    for (const operation of [...changes, ...deletions.sort((a, b) => depth(b) - depth(a))]) {
      const last = operation.positions.flatMap((p) => (p.in === 'path' ? (thingAt(operation, p) ?? []) : [])).at(-1);
      const side = operation.method === 'DELETE' ? await sideWith(last) : them;
      const answer = await probe(operation, { token: await side.freshPerson(), id: (thing) => side.ids[thing] });
      const isThere = answer.status < 300 || answer.status === 409 || answer.status === OWN_REFUSED_AS[operation.id];
      if (!isThere) found.push(`${operation.name}: answers ${said(answer)}`);
    }
    expect(found).toEqual([]);
  }, 300_000);
});
