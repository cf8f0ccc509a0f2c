import { find, findAny, less, matches, plus, script, seconds, v, word, type Script } from '../script/index.js';
import { absoluteUrl, bearerHeader, certificateCheck, type RouterLink } from './link.js';
import { BOOT_ENTRY, COMMENT_PATTERN, POLL_ENTRY } from './names.js';
import { restoreLoudRules } from './quiet-log.js';

export interface RemovalInput {
  readonly link: RouterLink;
  readonly version: string;
  /** Signed GET /notify/delete. */
  readonly notifyUrl: string;
  readonly deviceToken: string;
  /** Removal of what others configured (sections, tunnel, users). Each is guarded: one that fails does not keep the rest. */
  readonly extra?: readonly Script[];
}

const TRIES = 10;
const PAUSE_SECONDS = 6;

/**
 * Takes everything of ours off the router, so that its export is what it was before adoption, then reports.
 *
 * The order: first what can only be undone while the poll entry still remembers it, then the entries themselves, last the report. Cut
 * off before the entries are gone, the router polls on and gets this script again; cut off after, it is clean and silent, and the
 * server's grace period ends the record. The script runs by :execute and so outlives the entry that started it.
 */
export function renderRemoval({ link, notifyUrl, deviceToken, extra = [] }: RemovalInput): Script {
  return script((s) => {
    for (const other of extra) s.guardedParse(other);
    s.append(restoreLoudRules);
    s.remove(
      '/system/scheduler',
      findAny('/system/scheduler', { name: POLL_ENTRY }, { name: BOOT_ENTRY }, { comment: matches(COMMENT_PATTERN) }),
    );
    s.remove('/system/script/environment', find('/system/script/environment', { name: matches('^rosfleet') }));
    s.local('tries', 0);
    s.while(less(v('tries'), TRIES), (s) =>
      s.tryDo(
        (s) =>
          s
            .command('/tool', 'fetch', {
              args: {
                url: absoluteUrl('notifyUrl', notifyUrl),
                'http-header-field': bearerHeader(deviceToken),
                ...certificateCheck(link, notifyUrl),
                output: word('none'),
              },
            })
            .assign('tries', TRIES),
        (s) => s.assign('tries', plus(v('tries'), 1)).delay(seconds(PAUSE_SECONDS)),
      ),
    );
  });
}
