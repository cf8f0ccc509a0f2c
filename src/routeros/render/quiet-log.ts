import {
  and,
  array,
  concat,
  contains,
  equal,
  find,
  get,
  len,
  minus,
  not,
  or,
  pick,
  script,
  text,
  toArray,
  at,
  unequal,
  v,
  greater,
  matches,
  type Script,
} from '../script/index.js';
import { ENTRY_COMMENT_PATTERN } from './names.js';

/**
 * The quiet guest. Every /tool fetch logs a line with the topics fetch and info, 2,880 a day at one poll in 30 s. Each logging rule
 * that would write them gets `!fetch`. Which rules those were is kept in the comments of both entries (one may get lost), in one string of
 * ids, each ended by a comma ("*1,*3,"), so that removal takes back exactly that and a rule someone negated themselves stays as it is.
 *
 * A rule matches a message that has all its topics and none of its negated ones (manual: Log). So the rules concerned are those whose
 * topics are info alone, or nothing, beside any negations. A rule that names fetch itself is someone's wish to see these lines. Disabled rules write nothing.
 */

/** Declares a variable with the ids that the comments of our entries remember. */
const remembered = (variable: string): Script =>
  script((s) => {
    s.local(variable, '');
    s.foreach('i', find('/system/scheduler', { comment: matches(ENTRY_COMMENT_PATTERN) }), (s) =>
      s.assign(variable, concat(v(variable), get('/system/scheduler', v('i'), 'comment'), ',')),
    );
  });

/**
 * Declares `ids`, what the comments of our entries shall remember, and `quiet`, the new topics by rule id. Changes nothing yet: the
 * entries that remember come first, so that an adoption cut off half-way can still be undone.
 */
export const findLoudRules: Script = script((s) => {
  s.append(remembered('old'));
  s.local('ids', '').local('quiet', array([]));
  s.foreach('r', find('/system/logging'), (s) => {
    s.local('t', '').local('loud', not(get('/system/logging', v('r'), 'disabled')));
    s.foreach('w', toArray(get('/system/logging', v('r'), 'topics')), (s) => {
      s.if(or(equal(v('w'), '!fetch'), equal(v('w'), '!info'), and(unequal(v('w'), 'info'), unequal(pick(v('w'), 0, 1), '!'))), (s) =>
        s.assign('loud', false),
      );
      s.assign('t', text`${v('t')}${v('w')},`);
    });
    s.local('id', text`${v('r')},`);
    s.if(v('loud'), (s) => s.assignElement('quiet', v('id'), text`${v('t')}!fetch`));
    s.if(or(v('loud'), contains(v('old'), v('id'))), (s) => s.assign('ids', concat(v('ids'), v('id'))));
  });
});

/** Appends `!fetch` to the rules that `findLoudRules` found. */
export const silenceLoudRules: Script = script((s) => {
  s.foreach('r', find('/system/logging'), (s) => {
    s.local('t', at(v('quiet'), text`${v('r')},`));
    s.if(greater(len(v('t')), 0), (s) => s.set('/system/logging', v('r'), { topics: v('t') }));
  });
});

/** Takes `!fetch` back from the rules our entries remember, and leaves whatever else was changed in them. */
export const restoreLoudRules: Script = script((s) => {
  s.append(remembered('ours'));
  s.foreach('r', find('/system/logging'), (s) => {
    s.if(contains(v('ours'), text`${v('r')},`), (s) => {
      s.local('t', '').local('negated', false);
      s.foreach('w', toArray(get('/system/logging', v('r'), 'topics')), (s) => {
        s.if(
          equal(v('w'), '!fetch'),
          (s) => s.assign('negated', true),
          (s) => s.assign('t', text`${v('t')}${v('w')},`),
        );
      });
      s.if(v('negated'), (s) => {
        s.if(greater(len(v('t')), 0), (s) => s.assign('t', pick(v('t'), 0, minus(len(v('t')), 1))));
        s.set('/system/logging', v('r'), { topics: v('t') });
      });
    });
  });
});
