import {
  and,
  array,
  at,
  command,
  concat,
  equal,
  get,
  greater,
  less,
  len,
  map,
  or,
  parsed,
  pick,
  plus,
  resultOf,
  script,
  seconds,
  text,
  toNumber,
  toText,
  unequal,
  typeOf,
  v,
  word,
  builtin,
  type Script,
  type ScriptBuilder,
} from '../script/index.js';
import { DOCUMENTED_KEYS } from '../heartbeat/index.js';
import type { BootstrapInput } from './bootstrap-command.js';
import { DEVICE_MODE_ADVICE, deviceModeForbids, readDeviceMode } from './device-mode.js';
import { base62, certificateCheck, endpoint } from './link.js';

const OLDEST = { major: 7, minor: 12 };
const TRIES = 10;
const PAUSE_SECONDS = 6;

/**
 * Stage 1, the answer to GET /{token}: looks whether this router can be adopted, introduces it to /adopt/{token} and runs the answer.
 * It must parse on RouterOS 6.43, where a too old router reads that it is; what came later sits in `:parse` text behind that check.
 */
export function renderBootstrap({ link, token }: BootstrapInput): Script {
  const url = endpoint(link, `adopt/${base62('token', token)}`);
  return script((s) => {
    refuseOldVersions(s);
    refuseDeviceMode(s);
    gatherHeartbeat(s);
    introduce(s, url, certificateCheck(link));
  });
}

/** Says it in the terminal and in the log, then ends the script. */
function refuse(s: ScriptBuilder, message: Parameters<ScriptBuilder['put']>[0]): void {
  s.local('why', message).put(v('why')).log('error', v('why')).error('rosfleet: not adopted');
}

/** "6.49.10 (long-term)", "7.12rc1", "7.9": two digits after the dot if they are a number, else one. */
function refuseOldVersions(s: ScriptBuilder): void {
  s.comment('RouterOS 7.12 or later?');
  s.local('version', get('/system/resource', null, 'version'));
  s.local('dot', builtin('find', v('version'), '.'));
  s.local('major', toNumber(pick(v('version'), 0, v('dot'))));
  s.local('minor', toNumber(pick(v('version'), plus(v('dot'), 1), plus(v('dot'), 3))));
  s.if(unequal(typeOf(v('minor')), 'num'), (s) => s.assign('minor', toNumber(pick(v('version'), plus(v('dot'), 1), plus(v('dot'), 2)))));
  s.if(or(less(v('major'), OLDEST.major), and(equal(v('major'), OLDEST.major), less(v('minor'), OLDEST.minor))), (s) =>
    refuse(
      s,
      text`rosfleet: this router runs RouterOS ${v('version')}; rosfleet needs ${OLDEST.major}.${OLDEST.minor} or later. Upgrade it (/system package update), then paste the command again.`,
    ),
  );
}

function refuseDeviceMode(s: ScriptBuilder): void {
  s.comment('Without fetch and scheduler the router could never report (device-mode, RouterOS 7.17 and later).');
  s.append(readDeviceMode('mode'));
  s.if(deviceModeForbids('mode'), (s) => refuse(s, DEVICE_MODE_ADVICE));
}

/** HeartbeatFields of the contract, in its order. Menus that a board lacks (routerboard on x86 and CHR) are left out. */
function gatherHeartbeat(s: ScriptBuilder): void {
  const reads = ['/system/resource', '/system/routerboard', '/system/license'].map((menu) => script((s) => s.return(get(menu, null))));
  s.comment('Who am I: name=…;key=value;…');
  s.local('facts', map({ routerboard: false }));
  for (const read of reads) {
    s.tryDo((s) => {
      s.local('read', parsed(read));
      s.foreachPair('key', 'value', resultOf('read'), (s) => s.assignElement('facts', v('key'), v('value')));
    });
  }
  // A CHR has a system-id where others have a software-id, and a RouterBOARD an nlevel where a CHR has a level.
  for (const [key, other] of [
    ['software-id', 'system-id'],
    ['level', 'nlevel'],
  ] as const) {
    s.if(equal(len(toText(at(v('facts'), key))), 0), (s) => s.assignElement('facts', key, at(v('facts'), other)));
  }
  s.local('heartbeat', concat('name=', get('/system/identity', null, 'name')));
  s.foreach('key', array(DOCUMENTED_KEYS.filter((key) => key !== 'name')), (s) => {
    s.local('value', toText(at(v('facts'), v('key'))));
    s.if(greater(len(v('value')), 0), (s) => s.assign('heartbeat', concat(v('heartbeat'), ';', v('key'), '=', v('value'))));
  });
}

function introduce(s: ScriptBuilder, url: string, certificate: ReturnType<typeof certificateCheck>): void {
  const post = script((s) =>
    s.return(
      at(
        command('/tool', 'fetch', {
          args: {
            url: v('url'),
            'http-method': word('post'),
            'http-data': v('body'),
            // With x-ros-errors a refusal comes as a script that prints its reason, not as an HTTP error that hides it.
            'http-header-field': 'Content-Type:text/plain,x-ros-errors:script',
            ...certificate,
            output: word('user'),
          },
          flags: ['as-value'],
        }),
        'data',
      ),
    ),
  );
  s.comment('Introduce it and run the answer; DNS or the way out may still be coming up.');
  s.local('url', url).local('answer', '').local('try', 0);
  s.local('post', parsed(post));
  s.while(less(v('try'), TRIES), (s) => {
    s.assign('try', plus(v('try'), 1));
    s.tryDo(
      (s) => s.assign('answer', resultOf('post', { url: v('url'), body: v('heartbeat') })).assign('try', TRIES + 1),
      (s) =>
        s
          .put(text`rosfleet: no answer from ${link(url)} yet (DNS, route, clock), try ${v('try')} of ${TRIES}`)
          .delay(seconds(PAUSE_SECONDS)),
    );
  });
  s.if(equal(len(v('answer')), 0), (s) =>
    refuse(
      s,
      `rosfleet: no answer from ${link(url)}. Check DNS, the route, the clock and the CA certificates of this router, then paste the command again.`,
    ),
  );
  s.runText(parsed(v('answer')));
}

const link = (url: string): string => new URL(url).origin;
