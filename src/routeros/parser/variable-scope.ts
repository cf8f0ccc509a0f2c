/** What RouterOS hands to the code of its events (DHCP, PPP, hotspot, netwatch, SMS, …): readable in any script. */
const EVENT_VARIABLES = new Set(
  (
    'leaseBound leaseServerName leaseActMAC leaseActIP lease-hostname lease-options lease-address bound server-address gateway-address ' +
    'interface user username local-address remote-address caller-id called-id address mac-address cause host status since comment name ' +
    'type interval timeout na-address na-valid pd-prefix pd-valid options uptime-secs bytes-in bytes-out interface-id fallback action ' +
    'topic message msgTopic msgData'
  ).split(' '),
);

/**
 * Which variables a place in a script may use. `script`: what is not declared is an error. `function` sees nothing from
 * outside, but any name may be an argument. `event`: the router hands over variables we do not know. `lenient`: inside
 * conditions, where `$name` may be the item's property.
 */
export class VariableScope {
  private readonly names = new Set<string>();

  constructor(
    private readonly parent: VariableScope | undefined,
    private readonly kind: 'script' | 'block' | 'function' | 'event' | 'lenient',
  ) {}

  inner(kind: 'block' | 'function' | 'event' | 'lenient' = 'block'): VariableScope {
    return new VariableScope(this, kind);
  }

  declare(name: string): void {
    this.names.add(name);
  }

  isReadable(name: string): boolean {
    if (this.names.has(name) || this.kind === 'function' || this.kind === 'event' || this.kind === 'lenient') return true;
    return this.parent?.isReadable(name) ?? (/^\d+$/.test(name) || EVENT_VARIABLES.has(name));
  }

  /** `:set` needs a declaration even where reading is free. */
  isDeclared(name: string): boolean {
    if (this.names.has(name) || this.kind === 'event' || /^\d+$/.test(name)) return true;
    return this.kind === 'function' ? false : (this.parent?.isDeclared(name) ?? false);
  }
}
