import { at, command, equal, less, plus, script, seconds, text, parsed, v, word, type Script } from '../script/index.js';
import { DEVICE_MODE_ADVICE, deviceModeForbids, readDeviceMode } from './device-mode.js';
import { base62, certificateCheck, endpoint, type RouterLink } from './link.js';

export interface BootstrapInput {
  readonly link: RouterLink;
  /** Base62 form of the bootstrap token. */
  readonly token: string;
}

/** Tries and seconds between them: a router that has just been plugged in may wait for its address and DNS. */
const TRIES = 5;
const PAUSE_SECONDS = 5;

/**
 * The one line a person pastes into a router's terminal: fetches the bootstrap script and runs it. Leaves no file behind (the
 * contract's own form ends in keep-result=no, which would throw the script away). Understood by RouterOS 6.43 and later, so that even
 * a router that is too old gets to read why: no http-header-field (6.44), no :onerror (7.13), blanks in menu paths.
 *
 * When nothing could be fetched it says why as far as the router tells: device-mode, else the usual causes, and last it repeats the
 * fetch unguarded, because only an uncaught error shows RouterOS's own words on every version.
 */
export function renderBootstrapCommand({ link, token }: BootstrapInput): Script {
  const url = endpoint(link, base62('token', token));
  const fetch = { url: v('u'), ...certificateCheck(link) };
  const received = TRIES + 1;
  const forbidden = TRIES + 2;
  return script((s) =>
    s.block((s) => {
      s.local('u', url).local('d', '').local('n', 0);
      s.while(less(v('n'), TRIES), (s) => {
        s.assign('n', plus(v('n'), 1));
        s.tryDo(
          (s) =>
            s
              .assign('d', at(command('/tool', 'fetch', { args: { ...fetch, output: word('user') }, flags: ['as-value'] }), 'data'))
              .assign('n', received),
          (s) => {
            s.append(readDeviceMode('m'));
            s.if(
              deviceModeForbids('m'),
              (s) => s.assign('n', forbidden),
              (s) => s.put(text`rosfleet: nothing from ${v('u')} yet, try ${v('n')} of ${TRIES}`).delay(seconds(PAUSE_SECONDS)),
            );
          },
        );
      });
      s.if(equal(v('n'), received), (s) => s.runText(parsed(v('d'))));
      s.if(equal(v('n'), forbidden), (s) => s.put(DEVICE_MODE_ADVICE));
      s.if(equal(v('n'), TRIES), (s) => {
        s.put(
          text`rosfleet: cannot read ${v('u')}. Usual causes: no DNS, no route, a wrong clock or missing CA certificate, an expired command. RouterOS says:`,
        );
        s.command('/tool', 'fetch', { args: { ...fetch, output: word('none') } });
      });
    }),
  );
}

/** {@link renderBootstrapCommand} as text that survives a terminal paste: one line, no tab, no `?`. */
export function bootstrapCommand(input: BootstrapInput): string {
  return renderBootstrapCommand(input).toString({ terminal: true });
}
