import { NOTHING, RosId, type RosValue } from '../values/value.js';
import type { ConfigMenu } from './config-menu.js';
import { readValue } from './property-types.js';

/** Who made an item: `factory` ones are exported only where they were changed, `dynamic` ones never and are gone after a reboot. */
export type ItemOrigin = 'user' | 'factory' | 'dynamic';

/** One row of a menu, or a menu that has only one (`/system identity`). */
export class ConfigItem {
  readonly properties = new Map<string, RosValue>();
  /** What a factory item held when the router was new. */
  original?: Map<string, RosValue>;

  constructor(
    readonly menu: ConfigMenu,
    /** Hexadecimal, without the star. */
    readonly id: string,
    readonly origin: ItemOrigin,
  ) {}

  /** Whether the item has a value of its own for a property. */
  has(name: string): boolean {
    return this.properties.has(name) || name in this.menu.spec.defaults;
  }

  /** Whether a `where` clause takes the name for a property here. */
  knows(name: string): boolean {
    return this.properties.has(name) || this.menu.knows(name);
  }

  /** A property as the language sees it; nothing when the item has none. */
  get(name: string): RosValue {
    if (name === '.id') return new RosId(`*${this.id}`);
    const computed = this.menu.spec.computed[name];
    if (computed) return computed(this, this.menu.tree.router);
    const value = this.properties.get(name);
    if (value !== undefined) return readValue(name, value);
    const standard = this.menu.defaultOf(name);
    if (standard !== undefined) return readValue(name, standard);
    switch (name) {
      case 'disabled':
      case 'invalid':
      case 'inactive':
        return this.menu.knows(name) ? false : NOTHING;
      case 'dynamic':
        return this.origin === 'dynamic';
      case 'static':
        return this.origin !== 'dynamic';
      case 'default':
        return this.origin === 'factory';
      case 'active':
      case 'running':
        return this.get('disabled') !== true;
      default:
        return NOTHING;
    }
  }

  /** Names of everything `print` would show, in the order of the menu. */
  visibleNames(): string[] {
    const { spec } = this.menu;
    const names = new Set([...Object.keys(spec.defaults), ...this.properties.keys(), ...Object.keys(spec.computed)]);
    if (this.menu.takesDisabled) names.add('disabled');
    if (!this.menu.singleton && this.menu.schemaProperties().has('dynamic')) names.add('dynamic');
    return [...names].filter((name) => this.get(name) !== NOTHING).sort();
  }

  set(name: string, value: RosValue): void {
    if (value === '' && !this.menu.hasDefault(name)) this.properties.delete(name);
    else this.properties.set(name, value);
  }
}
