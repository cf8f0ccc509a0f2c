import { RouterOsError } from '../errors.js';
import type { ConfigItem } from '../menus/config-item.js';
import { fromBytes, toBytes, toText } from '../values/value.js';
import type { VirtualRouter } from '../virtual-router.js';

/** The files of a router; contents are byte strings. They outlive a reboot. */
export class FileStore {
  constructor(private readonly router: VirtualRouter) {}

  private get menu() {
    return this.router.menus.at('file');
  }

  item(name: string): ConfigItem | undefined {
    return this.menu.byName(clean(name));
  }

  read(name: string): string | undefined {
    const item = this.item(name);
    return item && toText(item.properties.get('contents') ?? '');
  }

  write(name: string, contents: string): void {
    const path = clean(name);
    if (path === '') throw new RouterOsError('failure: file name missing');
    const item = this.menu.byName(path) ?? this.menu.insert(new Map([['name', path]]), 'user');
    item.properties.set('contents', contents);
    this.touch(item);
  }

  touch(item: ConfigItem): void {
    item.properties.set('last-modified', this.router.dateTimeText(this.router.wallTime()));
  }

  /** Names to contents, as text. */
  toRecord(): Record<string, string> {
    return Object.fromEntries(
      this.menu.items.map((item) => [toText(item.get('name')), fromBytes(toText(item.properties.get('contents') ?? ''))]),
    );
  }

  /** Puts a file there from outside, as Winbox or SFTP would. */
  put(name: string, text: string): void {
    this.write(name, toBytes(text));
  }
}

const clean = (name: string): string => name.replace(/^\/+/, '');
