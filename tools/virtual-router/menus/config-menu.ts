import type { CommandSchema } from '../../../src/routeros/schema/index.js';
import { RouterOsError } from '../errors.js';
import { RosArray, RosId, toText, type RosValue } from '../values/value.js';
import { ConfigItem, type ItemOrigin } from './config-item.js';
import type { ConfigTree } from './config-tree.js';
import type { MenuSpec } from './menu-spec.js';
import { storeValue } from './property-types.js';

/** The rows of one menu and the rules for them. */
export class ConfigMenu {
  readonly key: string;
  /** A menu with one unnamed item: it has `set` and no `find`. */
  readonly singleton: boolean;
  readonly takesDisabled: boolean;
  private readonly stored: ConfigItem[] = [];
  private readonly defaults = new Map<string, RosValue>();
  private nextId = 1;

  constructor(
    readonly tree: ConfigTree,
    readonly path: readonly string[],
    readonly spec: MenuSpec,
    readonly schema: CommandSchema,
  ) {
    this.key = path.join('/');
    const node = schema.menu(path);
    this.singleton = node?.find === undefined;
    this.takesDisabled = schema.argument(path, 'set', 'disabled') !== undefined;
    for (const [name, text] of Object.entries(spec.defaults)) this.defaults.set(name, storeValue(this.argument(name), name, text));
    if (this.singleton) {
      this.stored.push(new ConfigItem(this, '0', 'factory'));
      for (const [name, text] of Object.entries(spec.factory(tree.router)[0] ?? {}))
        this.single.properties.set(name, storeValue(this.argument(name), name, text));
      this.single.original = new Map(this.single.properties);
    } else for (const row of spec.factory(tree.router)) this.addFactory(row);
  }

  get items(): readonly ConfigItem[] {
    return this.spec.rows ? this.spec.rows(this.tree.router) : this.stored;
  }

  /** The only item of a singleton. */
  get single(): ConfigItem {
    return this.stored[0]!;
  }

  argument(name: string) {
    return this.schema.argument(this.path, 'add', name) ?? this.schema.argument(this.path, 'set', name);
  }

  schemaProperties(): ReadonlySet<string> {
    return this.schema.properties(this.path);
  }

  knows(name: string): boolean {
    return this.schemaProperties().has(name) || name in this.spec.computed;
  }

  defaultOf(name: string): RosValue | undefined {
    return this.defaults.get(name);
  }

  hasDefault(name: string): boolean {
    return this.defaults.has(name);
  }

  /** What `/export` takes for unchanged. */
  isDefault(name: string, value: RosValue): boolean {
    const standard = this.defaults.get(name);
    if (standard === undefined) return (name === 'disabled' && value === false) || value === '';
    return toText(standard) === toText(value);
  }

  insert(properties: Map<string, RosValue>, origin: ItemOrigin, before?: ConfigItem, id?: string): ConfigItem {
    const item = new ConfigItem(this, id ?? this.takeId(), origin);
    for (const [name, value] of properties) item.set(name, value);
    const at = before ? this.stored.indexOf(before) : -1;
    if (at === -1) this.stored.push(item);
    else this.stored.splice(at, 0, item);
    return item;
  }

  delete(item: ConfigItem): void {
    const at = this.stored.indexOf(item);
    if (at !== -1) this.stored.splice(at, 1);
  }

  move(item: ConfigItem, before: ConfigItem | undefined): void {
    this.delete(item);
    const at = before ? this.stored.indexOf(before) : -1;
    if (at === -1) this.stored.push(item);
    else this.stored.splice(at, 0, item);
  }

  /** Dynamic items do not survive a reboot. */
  dropDynamic(): void {
    for (const item of this.stored.filter((each) => each.origin === 'dynamic')) this.delete(item);
  }

  byName(name: string): ConfigItem | undefined {
    for (const item of this.items) if (toText(item.properties.get('name') ?? '') === name) return item;
    return undefined;
  }

  /**
   * The items a command names: ids, names, positions, or lists of them.
   * @throws RouterOsError `no such item`
   */
  select(reference: RosValue): ConfigItem[] {
    if (reference instanceof RosArray) return [...reference.entries()].flatMap(([, element]) => this.select(element));
    const text = reference instanceof RosId ? reference.text : toText(reference);
    if (text === '') return [];
    const found = this.one(text);
    if (found) return [found];
    if (text.includes(',')) return text.split(',').flatMap((part) => this.select(part));
    throw new RouterOsError('no such item');
  }

  private one(text: string): ConfigItem | undefined {
    if (text.startsWith('*')) {
      const id = text.slice(1).toUpperCase();
      return this.items.find((item) => item.id === id);
    }
    const named = this.byName(text) ?? this.items.find((item) => item.properties.get('default-name') === text);
    if (named) return named;
    return /^\d+$/.test(text) ? this.items[Number(text)] : undefined;
  }

  private takeId(): string {
    const number = this.tree.isInterface(this.key) ? this.tree.takeInterfaceId() : this.nextId++;
    return number.toString(16).toUpperCase();
  }

  private addFactory(row: Record<string, string>): void {
    const { '.id': id, ...properties } = row;
    const values = new Map<string, RosValue>();
    for (const [name, text] of Object.entries(properties)) values.set(name, storeValue(this.argument(name), name, text));
    const item = this.insert(values, 'factory', undefined, id);
    item.original = new Map(item.properties);
  }
}
