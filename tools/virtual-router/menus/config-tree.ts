import { CommandSchema } from '../../../src/routeros/schema/index.js';
import { UnsupportedByVirtualRouter } from '../errors.js';
import { MENU_SPECS } from '../factory/index.js';
import type { CommandArguments, Step } from '../language/interpreter.js';
import type { Run } from '../language/run.js';
import type { RosValue } from '../values/value.js';
import type { VirtualRouter } from '../virtual-router.js';
import { ConfigMenu } from './config-menu.js';
import { GENERIC_COMMANDS } from './generic-commands.js';
import { menuSpec } from './menu-spec.js';

const PLAIN = menuSpec();
const LOOKING = new Set(['print', 'get', 'find', 'export']);
/** Menus whose items are interfaces: they share one name space and one counter of ids, and `/interface` shows them all. */
const INTERFACE_MENUS = new Set(
  (
    'ethernet bridge wireguard ovpn-client ovpn-server vlan pppoe-client l2tp-client l2tp-ether pptp-client sstp-client ppp-client gre gre6 eoip eoipv6 ' +
    'ipip ipipv6 6to4 bonding veth vxlan macvlan vrrp wifi wireless mesh lte vpls macsec'
  )
    .split(' ')
    .map((name) => `interface/${name}`),
);

/** The whole configuration of a router; menus come into being when first looked at. */
export class ConfigTree {
  private readonly menus = new Map<string, ConfigMenu>();
  private readonly watchers = new Set<() => void>();
  private interfaceIds = 1;

  constructor(
    readonly router: VirtualRouter,
    readonly schema: CommandSchema,
  ) {}

  menu(path: readonly string[]): ConfigMenu {
    const key = path.join('/');
    let menu = this.menus.get(key);
    if (!menu) {
      if (!this.schema.menu(path)) throw new Error(`RouterOS ${this.router.version} has no menu /${key}`);
      const spec = MENU_SPECS[key] ?? (INTERFACE_MENUS.has(key) ? MENU_SPECS['interface/*']! : PLAIN);
      this.menus.set(key, (menu = new ConfigMenu(this, path, spec, this.schema)));
    }
    return menu;
  }

  at(key: string): ConfigMenu {
    return this.menu(key.split('/').filter((part) => part !== ''));
  }

  /** Menus somebody has looked at so far: the only ones that can hold anything new. */
  touched(): ConfigMenu[] {
    return [...this.menus.values()];
  }

  isInterface(key: string): boolean {
    return INTERFACE_MENUS.has(key);
  }

  takeInterfaceId(): number {
    return this.interfaceIds++;
  }

  interfaces() {
    this.at('interface/ethernet');
    return [...this.menus.values()]
      .filter((menu) => INTERFACE_MENUS.has(menu.key))
      .flatMap((menu) => menu.items)
      .sort((a, b) => parseInt(a.id, 16) - parseInt(b.id, 16));
  }

  *execute(run: Run, path: readonly string[], command: string, args: CommandArguments): Step {
    const menu = this.menu(path);
    const handler = menu.spec.commands[command] ?? GENERIC_COMMANDS[command];
    if (!handler) throw new UnsupportedByVirtualRouter(`/${[...path, command].join('/')}`);
    const result = handler({ router: this.router, run, menu, args });
    const value = isStep(result) ? yield* result : result;
    if (!LOOKING.has(command)) for (const watcher of this.watchers) watcher();
    return value;
  }

  /** Calls `watcher` after every command that may have changed something; answers how to stop that. */
  watch(watcher: () => void): () => void {
    this.watchers.add(watcher);
    return () => void this.watchers.delete(watcher);
  }
}

const isStep = (value: RosValue | Step): value is Step => typeof value === 'object' && Symbol.iterator in value && 'throw' in value;
