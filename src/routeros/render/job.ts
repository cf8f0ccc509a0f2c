import {
  blank,
  equal,
  less,
  parsed,
  plus,
  script,
  ScriptForm,
  seconds,
  text,
  toText,
  v,
  word,
  type Arguments,
  type Script,
  type ScriptText,
  type Value,
} from '../script/index.js';
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
  return wrapped(textsOf(input), shapeOf(input), input.before);
}

/** The same as text. Jobs differ in little, and a change goes to thousands of routers: the rest of the wrapper is kept. */
export function printJob(input: JobInput): ScriptText {
  if (input.before) return renderJob(input).toString();
  const [texts, shape] = [textsOf(input), shapeOf(input)];
  const names = Object.keys(texts);
  const key = JSON.stringify([names, shape]);
  const form = forms.get(key) ?? new ScriptForm(wrapped(blanksFor(names), shape));
  if (forms.size < FORMS_KEPT) forms.set(key, form);
  return form.fill({ ...texts });
}

/** What is another text for each job; undefined where the wrapper has no such line. */
type Texts<T extends Value> = { readonly token: T; readonly doneUrl: T; readonly failUrl: T; readonly busyUrl?: T; readonly payload?: T };

/** What else makes one wrapper differ from another. */
interface Shape {
  readonly certificate: Arguments;
  readonly tellsReason: boolean;
  readonly remaining: number;
}

const FORMS_KEPT = 100;
const forms = new Map<string, ScriptForm>();

const textsOf = ({ token, busyUrl, doneUrl, failUrl, payload }: JobInput): Texts<string> => ({
  token: base62('token', token),
  ...(busyUrl !== null && { busyUrl: absoluteUrl('busyUrl', busyUrl) }),
  doneUrl: absoluteUrl('doneUrl', doneUrl),
  failUrl: absoluteUrl('failUrl', failUrl),
  ...(payload !== '' && { payload }),
});

/** @param names of the texts that this job has */
const blanksFor = (names: readonly string[]): Texts<Value> =>
  Object.fromEntries(names.map((name) => [name, blank(name)])) as unknown as Texts<Value>;

const shapeOf = ({ link, version, doneUrl, remaining }: JobInput): Shape => ({
  certificate: certificateCheck(link, doneUrl),
  tellsReason: knowsOnError(version),
  remaining,
});

function wrapped(texts: Texts<Value>, { certificate, tellsReason, remaining }: Shape, before?: Script): Script {
  const call = (variable: string, args: Arguments = {}): Script =>
    script((s) => s.command('/tool', 'fetch', { args: { url: v(variable), ...args, ...certificate, output: word('none') } }));
  const payload: Script = script((s) => {
    if (before) s.append(before);
    if (texts.payload !== undefined) s.runText(parsed(texts.payload));
    s.append(persistently(call('doneUrl')));
  });
  return script((s) => {
    s.local('jobId', texts.token);
    if (texts.busyUrl !== undefined) s.local('busyUrl', texts.busyUrl);
    s.local('doneUrl', texts.doneUrl);
    s.local('failUrl', texts.failUrl);
    s.global(LAST_JOB);
    s.if(
      equal(v(LAST_JOB), v('jobId')),
      (s) => s.log('info', text`Job ${v('jobId')} was delivered again; it ran already and is left alone.`),
      (s) => {
        s.assign(LAST_JOB, v('jobId'));
        if (texts.busyUrl !== undefined) s.tryDo(call('busyUrl'));
        if (tellsReason) {
          const reason = { 'http-method': word('post'), 'http-header-field': 'Content-Type:text/plain', 'http-data': v('reason') };
          s.onError('e', payload, (s) => s.local('reason', toText(v('e'))).append(persistently(call('failUrl', reason))));
        } else {
          s.tryDo(payload, persistently(call('failUrl')));
        }
        s.log('info', text`Job ${v('jobId')} finished. Remaining: ${remaining}`);
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
