import { ConfigItem } from '../menus/config-item.js';
import type { ConfigMenu } from '../menus/config-menu.js';
import { fromBytes, toBytes, toText } from '../values/value.js';
import type { VirtualRouter } from '../virtual-router.js';

export interface LogEntry {
  /** Milliseconds since the epoch by the router's own clock. */
  time: number;
  topics: string[];
  message: string;
}

/** The router's log in memory. What is kept follows the rules of `/system logging`. */
export class LogBook {
  readonly entries: LogEntry[] = [];
  /** Rows are made only when a script looks: a fleet writes far more lines than it reads. */
  private readonly rows = new WeakMap<LogEntry, ConfigItem>();
  private dropped = 0;

  constructor(
    private readonly router: VirtualRouter,
    /** Entries kept; RouterOS keeps 1000 (`memory-lines`). */
    private readonly capacity: number,
  ) {}

  write(topics: string[], message: string): void {
    const kept = this.keeps(topics);
    const entry = { time: this.router.wallTime(), topics, message: fromBytes(message) };
    this.router.announce('log', { ...entry, kept });
    if (!kept) return;
    this.entries.push(entry);
    if (this.entries.length > this.capacity) {
      this.entries.shift();
      this.dropped++;
    }
  }

  items(): readonly ConfigItem[] {
    return this.entries.map((entry, index) => {
      let item = this.rows.get(entry);
      if (!item) {
        item = new ConfigItem(this.router.menus.at('log'), (this.dropped + index + 1).toString(16).toUpperCase(), 'dynamic');
        item.properties.set('time', this.router.dateTimeText(entry.time));
        item.properties.set('topics', entry.topics.join(','));
        item.properties.set('message', toBytes(entry.message));
        this.rows.set(entry, item);
      }
      return item;
    });
  }

  clear(): void {
    this.dropped += this.entries.length;
    this.entries.length = 0;
  }

  /** A rule keeps what has all of its topics and none of those with `!`; only actions of target memory end here. */
  private keeps(topics: string[]): boolean {
    const actions: ConfigMenu = this.router.menus.at('system/logging/action');
    for (const rule of this.router.menus.at('system/logging').items) {
      if (rule.get('disabled') === true) continue;
      const action = actions.byName(toText(rule.properties.get('action') ?? 'memory'));
      if (action?.get('target') !== 'memory') continue;
      const wanted = toText(rule.properties.get('topics') ?? 'info').split(',');
      if (wanted.every((topic) => (topic.startsWith('!') ? !topics.includes(topic.slice(1)) : topics.includes(topic)))) return true;
    }
    return false;
  }
}
