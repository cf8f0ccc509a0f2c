import type { Team } from '../modules/identity/teams/team.entity.js';
import { IdentityService } from '../modules/identity/index.js';
import { ALL_SCOPES, isScope } from '../platform/access/index.js';
import { Clock } from '../platform/clock/clock.js';
import { RequestContext } from '../platform/context/index.js';
import { AppKeys, Random } from '../platform/crypto/index.js';
import type { Database } from '../platform/database/index.js';
import { closest, command, CommandFailed, UsageError, wholeNumber } from './command.js';
import { DATA_OPTION, withDataDir } from './data-dir.js';
import { appKeyOf, withDatabase } from './database.js';
import { print, say } from './project.js';

const DAY_MS = 86_400_000;
const SHOWN = 20;
const ctx = RequestContext.system('token-create');

export const token = command({
  name: 'token',
  positionals: ['create'],
  summary: 'Make an API credential of a user. It is shown this one time, alone on standard output.',
  options: {
    email: { value: 'EMAIL', describe: 'The user it acts for. Required.' },
    team: { value: 'TEAM', describe: "Name or id of one of the user's teams. Default: the first one." },
    scopes: { value: 'A,B', describe: 'What it may do at most, or «all». Default: all that the user may. See docs/scopes.md.' },
    name: { value: 'NAME', describe: 'What it is called in lists. Default: command line.' },
    'expires-in-days': { value: 'DAYS', describe: 'Ends after this many days. Default: never.' },
    data: DATA_OPTION,
  },
  notes:
    'Works while the server runs and while it does not. Use it as `Authorization: Bearer <credential>`, or trade it\nfor a short-lived JWT at GET /.well-known/jwt.',
  async run({ email, team, scopes, name, 'expires-in-days': days, data }, [action]) {
    if (action !== 'create') throw new UsageError(`token knows one action: create, not «${action}».`);
    if (!email) throw new UsageError('token create needs --email EMAIL.');
    const wish = { name: name ?? 'command line', scopes: readScopes(scopes), expiresAt: days === undefined ? undefined : expiry(days) };
    const credential = await withDatabase(withDataDir(data), async ({ db, settings }) => {
      const appKey = appKeyOf(settings);
      // The triggers of the database tell a running server; there is no cache to clear here.
      const keys = new AppKeys(appKey, settings.APP_KEY_PREVIOUS);
      const identity = new IdentityService(db, keys, new Random(), new Clock(), { clear: () => undefined } as never, settings);
      const user = await identity.findUserByEmail(ctx, email);
      if (!user) throw new CommandFailed(`There is no user ${email}. ${await usersOf(db)}`);
      const chosen = choose(await identity.teamsOf(ctx, user.id), team, email);
      const made = await identity.createCredential(ctx, { ...wish, teamId: chosen.id, userId: user.id });
      say(
        `Credential «${wish.name}» of ${user.email} in team «${chosen.name}», ${wish.scopes ? wish.scopes.join(', ') : 'all scopes'}, ${wish.expiresAt ? `until ${wish.expiresAt.toISOString()}` : 'without end'}. Shown once:`,
      );
      return made.token;
    });
    print(credential);
  },
});

function readScopes(given: string | undefined): string[] | undefined {
  if (given === undefined || given === 'all') return undefined;
  const scopes = given
    .split(',')
    .map((s) => s.trim())
    .filter((s) => s !== '');
  if (!scopes.length) throw new UsageError('--scopes names no scope; for example --scopes site:view,job:create, or all.');
  for (const scope of scopes) {
    if (isScope(scope)) continue;
    const meant = closest(scope, ALL_SCOPES);
    throw new UsageError(
      `There is no scope ${scope}. ${meant ? `Did you mean ${meant}? ` : ''}docs/scopes.md lists all ${ALL_SCOPES.length}.`,
    );
  }
  return scopes;
}

const expiry = (days: string): Date => new Date(Date.now() + wholeNumber('--expires-in-days', days, { min: 1, max: 36_500 }) * DAY_MS);

function choose(teams: readonly Team[], wanted: string | undefined, email: string): Team {
  const names = teams.map((t) => `«${t.name}» (${t.id})`).join(', ');
  if (!teams[0]) throw new CommandFailed(`${email} is in no team, and a credential belongs to one.`);
  if (wanted === undefined) return teams[0];
  const found = teams.filter((t) => t.id === wanted.toLowerCase() || t.name.toLowerCase() === wanted.toLowerCase());
  if (found.length === 1) return found[0]!;
  throw new CommandFailed(
    found.length
      ? `Several teams of ${email} are called ${wanted}; give the id: ${names}.`
      : `${email} is in no team ${wanted}. Teams: ${names}.`,
  );
}

async function usersOf(db: Database): Promise<string> {
  const users = await db.query<{ email: string }>(ctx, `SELECT email FROM app_user ORDER BY created_at LIMIT ${SHOWN + 1}`);
  if (!users.length) return 'There is none yet: the first start of the server makes the administrator.';
  return `Users: ${users
    .slice(0, SHOWN)
    .map((u) => u.email)
    .join(', ')}${users.length > SHOWN ? ', …' : ''}.`;
}
