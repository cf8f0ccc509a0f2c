import { at, command, concat, get, greater, len, parsed, resultOf, script, toText, v, word, type Script } from '../script/index.js';
import { bearerHeader, certificateCheck, endpoint, type RouterLink } from './link.js';

export interface PollInput {
  readonly link: RouterLink;
  readonly deviceToken: string;
}

/**
 * What the scheduler runs every 30 s: one heartbeat, and what the server answers is run in the background, so that heartbeats go on
 * during a long job. Errors are swallowed: the next poll is the retry.
 *
 * The heartbeat is what three reads give as they print (`:tostr`): identity, resource (version, uptime, load, memory, disk, board) and
 * routerboard (serial number, firmware). The licence is left to adoption: it costs a read and hardly ever changes.
 */
export function renderPoll({ link, deviceToken }: PollInput): Script {
  const routerboard = script((s) => s.return(toText(get('/system/routerboard', null))));
  return script((s) => {
    s.local('h', concat('name=', get('/system/identity', null, 'name'), ';', toText(get('/system/resource', null))));
    s.comment('x86 has no routerboard; a menu that is missing would be a parse error of everything.');
    s.tryDo((s) => s.local('r', parsed(routerboard)).assign('h', concat(v('h'), ';', resultOf('r'))));
    s.tryDo((s) => {
      s.local(
        'a',
        at(
          command('/tool', 'fetch', {
            args: {
              url: endpoint(link, 'poll'),
              'http-method': word('post'),
              'http-header-field': `${bearerHeader(deviceToken)},Content-Type:text/plain`,
              'http-data': v('h'),
              ...certificateCheck(link),
              output: word('user'),
            },
            flags: ['as-value'],
          }),
          'data',
        ),
      );
      s.if(greater(len(v('a')), 0), (s) => s.execute(v('a')));
    });
  });
}
