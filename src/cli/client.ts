import { OidcClients } from '../modules/identity/index.js';
import { AppKeys, Random } from '../platform/crypto/index.js';
import { DomainError } from '../platform/errors/index.js';
import { command, CommandFailed, UsageError } from './command.js';
import { DATA_OPTION, withDataDir } from './data-dir.js';
import { appKeyOf, withDatabase } from './database.js';
import { print, say } from './project.js';

const list = (text: string | undefined): string[] => text?.split(',').map((item) => item.trim()) ?? [];

export const client = command({
  name: 'client',
  positionals: ['add|list|remove', '[id]'],
  summary: 'Applications that people may sign in to. The single-page app (rosfleet-portal) needs no entry.',
  options: {
    name: { value: 'NAME', describe: 'What people see. Default: the id.' },
    'redirect-uris': { value: 'URI,URI', describe: 'Where codes are sent, compared letter by letter. Required to add.' },
    'logout-uris': { value: 'URI,URI', describe: 'Where people land after signing out.' },
    confidential: { describe: 'With a secret, for programs on a server; shown this one time.' },
    data: DATA_OPTION,
  },
  notes:
    'Clients use the authorization code flow with PKCE; see /.well-known/openid-configuration. People are not asked for\nconsent, so add only applications of your own.',
  async run({ name, 'redirect-uris': redirectUris, 'logout-uris': logoutUris, confidential, data }, [action = '', id]) {
    if (!['add', 'list', 'remove'].includes(action)) throw new UsageError(`client knows add, list and remove, not «${action}».`);
    if (action !== 'list' && !id) throw new UsageError(`client ${action} needs an id.`);
    await withDatabase(withDataDir(data), async ({ db, settings }) => {
      const clients = new OidcClients(db, new AppKeys(appKeyOf(settings), settings.APP_KEY_PREVIOUS), new Random(), settings);
      try {
        if (action === 'list')
          return print((await clients.list()).map((c) => `${c.id}\t${c.name}\t${c.redirectUris.join(' ')}`).join('\n'));
        if (action === 'remove') return await clients.remove(id!);
        const wish = { id: id!, name: name ?? id!, redirectUris: list(redirectUris), postLogoutRedirectUris: list(logoutUris) };
        const secret = await clients.add({ ...wish, confidential: Boolean(confidential) });
        say(secret ? `Client ${id} added. Its secret, shown once:` : `Client ${id} added. It has no secret; it proves itself by PKCE.`);
        if (secret) print(secret);
      } catch (error) {
        throw error instanceof DomainError ? new CommandFailed(error.message) : error;
      }
    });
  },
});
