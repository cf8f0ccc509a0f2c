import { verifyAuditLog } from '../platform/audit/index.js';
import { AppKeys } from '../platform/crypto/index.js';
import { command, UsageError } from './command.js';
import { DATA_OPTION, withDataDir } from './data-dir.js';
import { appKeyOf, withDatabase } from './database.js';
import { print } from './project.js';

export const audit = command({
  name: 'audit',
  positionals: ['verify'],
  summary: 'Check that no line of the audit log was altered or taken out. Exit code 1 when one was.',
  options: { data: DATA_OPTION },
  notes: 'Each line is linked to the one before by a keyed hash; the key is APP_KEY (or APP_KEY_PREVIOUS).',
  async run({ data }, [action]) {
    if (action !== 'verify') throw new UsageError(`audit knows one action: verify, not «${action}».`);
    const verdict = await withDatabase(withDataDir(data), ({ db, settings }) =>
      verifyAuditLog(db, new AppKeys(appKeyOf(settings), settings.APP_KEY_PREVIOUS)),
    );
    if (!verdict.brokenAt) return (print(`The audit log is whole: ${verdict.lines} lines.`), 0);
    print(`The audit log is broken after ${verdict.lines} good lines: ${verdict.brokenAt.why}.`);
    return 1;
  },
});
