import { find, get, greater, len, like, not, parsed, script, seconds, toText, unequal, v, type Script } from '../script/index.js';

/** Long enough for the job to report that it is done. */
const BREATH = seconds(5);

const RULES = ['/ip/firewall/filter', '/ip/firewall/raw', '/ipv6/firewall/filter', '/ipv6/firewall/raw'] as const;

/** Restarts the router a moment after the job that carries this was reported. */
export const renderReboot = (): Script => script((s) => s.execute(script((s) => s.delay(BREATH).command('/system', 'reboot'))));

/**
 * Installs the newest RouterOS of the router's channel, which restarts it. Where it runs that one already nothing happens; without a
 * way to MikroTik's server the job fails with RouterOS's own words.
 */
export const renderUpgrade = (): Script =>
  script((s) => {
    const menu = '/system/package/update';
    s.command(menu, 'check-for-updates', { flags: ['once'] });
    s.delay(BREATH);
    s.local('newest', toText(get(menu, null, 'latest-version')));
    s.if(not(greater(len(v('newest')), 0)), (s) => s.error(get(menu, null, 'status')));
    s.if(unequal(v('newest'), toText(get(menu, null, 'installed-version'))), (s) =>
      s.execute(script((s) => s.delay(BREATH).command(menu, 'install'))),
    );
  });

/**
 * Removes filter and raw rules, those of rosfleet excepted, after saving them to `rosfleet-before-clear-*.rsc`. NAT, mangle and address
 * lists stay: a site works through them.
 */
export const renderClearFirewall = (): Script =>
  script((s) => {
    for (const menu of RULES) {
      const [family, , table] = menu.slice(1).split('/');
      // A menu that this board does not have, such as one of a disabled IPv6, would be a parse error of everything.
      s.guardedParse(
        script((s) => {
          s.command(menu, 'export', { args: { file: `rosfleet-before-clear-${family}-${table}` } });
          s.foreach('i', find(menu, { dynamic: false }), (s) =>
            s.if(not(like(toText(get(menu, v('i'), 'comment')), '^rosfleet:')), (s) => s.remove(menu, v('i'))),
          );
        }),
        (s) => s.log('warning', `${menu} could not be cleared`),
      );
    }
  });

export interface ScriptCallInput {
  /** Any text; runs as a function of its own. */
  readonly source: string;
  /** Its named arguments. */
  readonly variables: Readonly<Record<string, string | number | boolean>>;
}

/** Runs a script with arguments, which it reads as `$name`. Whatever its text, it cannot end what surrounds it. */
export const renderScriptCall = ({ source, variables }: ScriptCallInput): Script =>
  script((s) => {
    s.local('run', parsed(source));
    s.call('run', variables);
  });
