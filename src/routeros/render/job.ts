import { equal, less, parsed, plus, script, seconds, text, toText, v, word, type Arguments, type Script } from '../script/index.js';
import { knowsOnError } from './language-level.js';
import { absoluteUrl, base62, certificateCheck, type RouterLink } from './link.js';
import { LAST_JOB } from './names.js';

export interface JobInput {
  readonly link: RouterLink;
  /** RouterOS version of this router, as its last heartbeat said. */
  readonly version: string;
  /** Base62 form of the job's id. */
  readonly token: string;
  /** Null where nobody waits to hear that it began. */
  readonly busyUrl: string | null;
  readonly doneUrl: string;
  readonly failUrl: string;
  /** Runs before the payload; where it raises an error the payload does not run and the job fails. */
  readonly before?: Script;
  /** The user's script, any text; empty runs nothing. */
  readonly payload: string;
  /** Jobs still waiting behind this one. */
  readonly remaining: number;
}

const TRIES = 5;
const PAUSE_SECONDS = 3;

/**
 * The contract's wrapper around a job (mikrotik.yaml, POST /poll): busy, then the payload and done inside one guard, fail when it
 * raised an error, last a log line.
 *
 * The payload stands in a string and runs through `:parse` inside the guard: whatever its text, it cannot end the wrapper, and one that
 * does not parse is reported like one that failed. Reporting done has its own guard and retries: a lost report is no failed job.
 * fail is a POST whose body is RouterOS's own words where the version tells them.
 *
 * Delivery is at least once, so a token that already ran since boot is not run again; its first run reports.
 */
export function renderJob(input: JobInput): Script {
  const token = base62('token', input.token);
  const certificate = certificateCheck(input.link, input.doneUrl);
  const tellsReason = knowsOnError(input.version);
  const call = (variable: string, args: Arguments = {}): Script =>
    script((s) => s.command('/tool', 'fetch', { args: { url: v(variable), ...args, ...certificate, output: word('none') } }));
  const payload: Script = script((s) => {
    if (input.before) s.append(input.before);
    if (input.payload !== '') s.runText(parsed(input.payload));
    s.append(persistently(call('doneUrl')));
  });
  return script((s) => {
    s.local('jobId', token);
    if (input.busyUrl !== null) s.local('busyUrl', absoluteUrl('busyUrl', input.busyUrl));
    s.local('doneUrl', absoluteUrl('doneUrl', input.doneUrl));
    s.local('failUrl', absoluteUrl('failUrl', input.failUrl));
    s.global(LAST_JOB);
    s.if(
      equal(v(LAST_JOB), v('jobId')),
      (s) => s.log('info', text`Job ${v('jobId')} was delivered again; it ran already and is left alone.`),
      (s) => {
        s.assign(LAST_JOB, v('jobId'));
        if (input.busyUrl !== null) s.tryDo(call('busyUrl'));
        if (tellsReason) {
          const reason = { 'http-method': word('post'), 'http-header-field': 'Content-Type:text/plain', 'http-data': v('reason') };
          s.onError('e', payload, (s) => s.local('reason', toText(v('e'))).append(persistently(call('failUrl', reason))));
        } else {
          s.tryDo(payload, persistently(call('failUrl')));
        }
        s.log('info', text`Job ${v('jobId')} finished. Remaining: ${input.remaining}`);
      },
    );
  });
}

/** Runs a fetch until it succeeds, a few times; never raises. */
function persistently(fetch: Script): Script {
  return script((s) => {
    s.local('tries', 0);
    s.while(less(v('tries'), TRIES), (s) =>
      s.tryDo(
        (s) => s.append(fetch).assign('tries', TRIES),
        (s) => s.assign('tries', plus(v('tries'), 1)).delay(seconds(PAUSE_SECONDS)),
      ),
    );
  });
}
