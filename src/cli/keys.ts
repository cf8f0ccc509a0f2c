import { SigningKeys } from '../modules/identity/index.js';
import { Clock } from '../platform/clock/clock.js';
import { AppKeys } from '../platform/crypto/index.js';
import { command, UsageError } from './command.js';
import { DATA_OPTION, withDataDir } from './data-dir.js';
import { appKeyOf, withDatabase } from './database.js';
import { say } from './project.js';

export const keys = command({
  name: 'keys',
  positionals: ['rotate'],
  summary: 'Replace the key that signs tokens, for example after a leak of APP_KEY.',
  options: { data: DATA_OPTION },
  notes: 'The key before verifies for two more days. It happens by itself every SIGNING_KEY_DAYS.',
  async run({ data }, [action]) {
    if (action !== 'rotate') throw new UsageError(`keys knows one action: rotate, not «${action}».`);
    await withDatabase(withDataDir(data), async ({ db, settings }) => {
      const signing = new SigningKeys(db, new AppKeys(appKeyOf(settings), settings.APP_KEY_PREVIOUS), new Clock(), settings);
      await signing.rotate();
      say(`Tokens are signed by the key ${signing.current.kid} from now on; running servers take it up within a few seconds.`);
    });
  },
});
