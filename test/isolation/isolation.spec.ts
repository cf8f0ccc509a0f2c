import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ALL_SCOPES } from '../../src/platform/access/index.js';
import { Fleet, INTERNAL_TOKEN, SITE_INTERNAL_TOKEN } from '../e2e/support/fleet.js';
import { cloneDatabase } from '../support/postgres.js';
import { isKnown, TEXTS } from './fixtures.js';
import { differences, Ledger } from './ledger.js';
import { type Auth, type Operation, operationsOf } from './operations.js';
import { type Answer, type Request, send } from './request.js';
import { populate, type Side, type Thing } from './world.js';

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

let fleet: Fleet;
let ledger: Ledger;
let us: Side;
let them: Side;
let operations: Operation[];
let probes = 0;

beforeAll(async () => {
  const database = await cloneDatabase();
  fleet = await Fleet.start({}, database);
  ledger = await Ledger.open(database.superuserUrl);
  operations = operationsOf(fleet.app);
  us = await populate(fleet);
  them = await populate(fleet);
  await fleet.mails('nobody@example.net'); // waits for all tasks
}, 60_000);
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
  }, 60_000);

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
  }, 60_000);

  it('with a scope refuses whoever has all the others', async () => {
    const limited = new Map<string, string>();
    for (const scope of new Set(operations.flatMap((operation) => operation.scope ?? [])))
      limited.set(scope, await us.limited(ALL_SCOPES.filter((other) => other !== scope)));
    expect(limited.size).toBeGreaterThan(15);
    const found = await complaints(
      ({ scope }) => scope !== null,
      async (operation, complain) => {
        const answer = await probe(operation, { token: limited.get(operation.scope!) });
        if (answer.status !== 403 || answer.body['code'] !== 'scope_missing')
          complain(`without ${operation.scope} answers ${said(answer)}`);
      },
    );
    expect(found).toEqual([]);
  }, 60_000);
});
