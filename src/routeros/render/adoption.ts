import {
  and,
  array,
  at,
  builtin,
  codeString,
  concat,
  contains,
  equal,
  find,
  get,
  len,
  not,
  or,
  script,
  seconds,
  text,
  toText,
  v,
  type Script,
} from '../script/index.js';
import { knowsOnError } from './language-level.js';
import { InvalidRenderInput, type RouterLink } from './link.js';
import { BOOT_COMMENT, BOOT_ENTRY, POLICY, POLL_COMMENT, POLL_ENTRY, POLL_SECONDS } from './names.js';
import { renderPoll } from './poll.js';
import { findLoudRules, silenceLoudRules } from './quiet-log.js';

export interface AdoptionInput {
  readonly link: RouterLink;
  /** RouterOS version of this router, as it reported it. */
  readonly version: string;
  readonly productName: string;
  readonly siteName: string;
  readonly runbookName: string;
  /** The site's page, `<app>/deployments/<site uuid>/overview`. */
  readonly siteUrl: string;
  readonly quote: string;
  readonly deviceToken: string;
  /** 0 to 29: which second of each half minute this router polls in. */
  readonly pollSecond: number;
}

/**
 * Explicit and not the default: 7.24 to 7.24.4 never fire an entry with the default start date and time (changelog). In the past even
 * for a clock that was never set, so that polling needs no NTP first.
 */
const START_DATE = '1970-01-02';

/**
 * Stage 2, the answer to POST /adopt/{token}: installs the poll entries and tells the person at the terminal. Running it on an adopted
 * router changes nothing; entries of our names with other content, duplicates and leftovers of half an adoption are replaced.
 *
 * `write` is the contract's global function. The contract runs it by :execute, whose output nobody sees; here it is called, and taken
 * out of the environment again.
 *
 * The poll code stands once, in the on-event of rosfleet-poll: rosfleet-boot and the first poll run that text. A /system script would be
 * a third item, with policies of its own to keep in step.
 */
export function renderAdoption(input: AdoptionInput): Script {
  const install = installEntries(input);
  return script((s) => {
    s.globalFunction('write', (s) =>
      s.put(`${input.productName}: site ${input.siteName} adopted by runbook ${input.runbookName}`).put(input.siteUrl).put(input.quote),
    );
    if (knowsOnError(input.version)) s.onError('e', install, refuse);
    else s.append(install);
    s.call('write');
    s.append(forgetWrite);
    s.comment('Online at once.');
    s.append(runPoll);
  });
}

export type PollEntriesInput = Pick<AdoptionInput, 'link' | 'deviceToken' | 'pollSecond'>;

/** Puts the poll entries on a router that lost them, and polls at once. Right ones are left alone. For a way that is not the poll. */
export const renderPollEntries = (input: PollEntriesInput): Script => script((s) => s.append(installEntries(input)).append(runPoll));

function installEntries(input: PollEntriesInput): Script {
  const { pollSecond } = input;
  if (!Number.isInteger(pollSecond) || pollSecond < 0 || pollSecond >= POLL_SECONDS)
    throw new InvalidRenderInput('pollSecond', pollSecond, 'a whole number from 0 to 29');
  return script((s) => {
    s.comment('Which logging rules would fill up with our fetches?');
    s.append(findLoudRules);
    s.localFunction('entry', ensureEntry);
    s.call('entry', {
      n: POLL_ENTRY,
      event: codeString(renderPoll(input)),
      every: seconds(POLL_SECONDS),
      start: `00:00:${String(pollSecond).padStart(2, '0')}`,
      c: concat(POLL_COMMENT, v('ids')),
    });
    s.comment('An entry with an interval does not run at startup, so there are two.');
    s.call('entry', { n: BOOT_ENTRY, event: codeString(runPoll), every: seconds(0), start: 'startup', c: concat(BOOT_COMMENT, v('ids')) });
    s.append(silenceLoudRules);
  });
}

const runPoll: Script = script((s) => s.execute(get('/system/scheduler', POLL_ENTRY, 'on-event')));

/** Polls at once, in the background and beside the turn of the scheduler. For an adopted router, by a way that is not the poll. */
export const renderPollNow = (): Script => runPoll;
const forgetWrite: Script = script((s) => s.remove('/system/script/environment', find('/system/script/environment', { name: 'write' })));

/** Mostly: whoever pasted the command lacks a policy that the entries are to have. */
const refuse: Script = script((s) => {
  s.append(forgetWrite);
  s.local('why', text`rosfleet: the poll entries could not be installed: ${v('e')}. Paste the command again as a user of the group full.`);
  s.put(v('why')).log('error', v('why')).error('rosfleet: not adopted');
});

/** Keeps the one entry that is as wanted, removes all others of that name, adds it when there was none. */
const ensureEntry: Script = script((s) => {
  s.local('found', false);
  s.foreach('id', find('/system/scheduler', { name: v('n') }), (s) => {
    s.local('has', get('/system/scheduler', v('id')));
    const property = (name: string) => at(v('has'), name);
    s.local('policies', toText(property('policy')));
    s.local(
      'same',
      and(
        not(v('found')),
        equal(property('on-event'), v('event')),
        equal(property('comment'), v('c')),
        equal(builtin('totime', property('interval')), v('every')),
        equal(toText(property('start-time')), v('start')),
        // RouterOS may drop the date of an entry that starts at boot.
        or(equal(v('start'), 'startup'), equal(toText(property('start-date')), START_DATE)),
        not(property('disabled')),
        equal(len(v('policies')), POLICY.join().length),
      ),
    );
    s.foreach('p', array([...POLICY]), (s) => s.if(not(contains(v('policies'), v('p'))), (s) => s.assign('same', false)));
    s.if(
      v('same'),
      (s) => s.assign('found', true),
      (s) => s.remove('/system/scheduler', v('id')),
    );
  });
  s.if(not(v('found')), (s) =>
    s.add('/system/scheduler', {
      name: v('n'),
      'on-event': v('event'),
      interval: v('every'),
      'start-date': START_DATE,
      'start-time': v('start'),
      policy: [...POLICY],
      comment: v('c'),
    }),
  );
});
