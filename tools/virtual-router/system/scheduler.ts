import { compareVersions } from '../../../src/routeros/schema/index.js';
import { RouterOsError, UnsupportedByVirtualRouter } from '../errors.js';
import type { ConfigItem } from '../menus/config-item.js';
import { menuSpec, type MenuSpec } from '../menus/menu-spec.js';
import { NOTHING, RosTime, toText } from '../values/value.js';
import type { VirtualRouter } from '../virtual-router.js';

export const SCRIPT_POLICIES = 'ftp,reboot,read,write,policy,test,password,sniff,sensitive,romon';
/** Entries at startup run this long after the console came up. */
const STARTUP_DELAY_MS = 3000;

/** What only the scheduler knows about an entry. */
interface Plan {
  cancel?: () => void;
  /** Router's own time of the next run. */
  next?: number;
  runs: number;
}

/** Fires the entries of `/system scheduler` on the router's clock. */
export class Scheduler {
  private readonly plans = new Map<ConfigItem, Plan>();
  private on = false;

  constructor(private readonly router: VirtualRouter) {}

  start(): void {
    this.on = true;
    for (const item of this.router.menus.at('system/scheduler').items) this.arm(item, true);
  }

  stop(): void {
    this.on = false;
    for (const plan of this.plans.values()) plan.cancel?.();
  }

  /** A reboot: counts start again. */
  reset(): void {
    this.stop();
    this.plans.clear();
  }

  plan(item: ConfigItem): Plan {
    let plan = this.plans.get(item);
    if (!plan) this.plans.set(item, (plan = { runs: 0 }));
    return plan;
  }

  forget(item: ConfigItem): void {
    this.plan(item).cancel?.();
    this.plans.delete(item);
  }

  /** Works out the next run and waits for it; `boot` when the console has just come up. */
  arm(item: ConfigItem, boot = false): void {
    const plan = this.plan(item);
    plan.cancel?.();
    plan.next = undefined;
    const next = this.nextRun(item, boot);
    if (next === undefined) return;
    plan.next = next;
    if (!this.on) return;
    plan.cancel = this.router.clock.at(next - this.router.clockOffsetMs, () => {
      this.fire(item);
      this.arm(item);
    });
  }

  private nextRun(item: ConfigItem, boot: boolean): number | undefined {
    if (item.get('disabled') === true || !this.router.allows('scheduler')) return undefined;
    const now = this.router.wallTime();
    const interval = item.properties.get('interval');
    const every = interval instanceof RosTime ? interval.us / 1000 : 0;
    if (item.get('start-time') === 'startup') {
      const console = this.router.bootedAt + this.router.clockOffsetMs + STARTUP_DELAY_MS;
      // with an interval RouterOS does not run it at startup itself
      if (every > 0) return firstAfter(console + every, every, now);
      return boot || console > now ? console : undefined;
    }
    // RouterOS 7.24 to 7.24.4 never fire an entry whose start nobody set (changelog of 7.24.5)
    const { version } = this.router;
    if (item.properties.get('-default-start') === true && compareVersions(version, '7.24') >= 0 && compareVersions(version, '7.24.4') <= 0)
      return undefined;
    const start = momentOf(toText(item.get('start-date')), toText(item.get('start-time')));
    if (Number.isNaN(start)) return undefined;
    if (start > now) return start;
    return every > 0 ? firstAfter(start, every, now) : undefined;
  }

  private fire(item: ConfigItem): void {
    this.plan(item).runs++;
    const name = toText(item.get('name'));
    const event = toText(item.get('on-event'));
    const script = this.router.menus.at('system/script').byName(event.trim());
    if (script) countRun(script, this.router);
    this.router.announce('scheduler', { name });
    this.router.jobs.start(name, script ? toText(script.properties.get('source') ?? '') : event, (run, error) => {
      if (run.output !== '') this.router.announce('output', { name, output: run.output });
      if (error === undefined || error instanceof UnsupportedByVirtualRouter) return;
      this.router.logBook.write(
        ['script', 'error'],
        `executing script ${name} from scheduler failed, please check it manually: ${(error as Error).message}`,
      );
    });
  }
}

const firstAfter = (start: number, every: number, now: number): number =>
  start > now ? start : start + (Math.floor((now - start) / every) + 1) * every;

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** Milliseconds of a date (`2026-01-31`, before 7.10 `jan/31/2026`) and a time of day; NaN when it is none. */
function momentOf(date: string, time: string): number {
  const old = /^([a-z]{3})\/(\d\d)\/(\d{4})$/i.exec(date);
  const iso = old ? `${old[3]}-${String(MONTHS.indexOf(old[1]!.toLowerCase()) + 1).padStart(2, '0')}-${old[2]}` : date;
  return Date.parse(`${iso}T${time}Z`);
}

export function countRun(script: ConfigItem, router: VirtualRouter): void {
  script.properties.set('run-count', Number(toText(script.properties.get('run-count') ?? 0)) + 1);
  script.properties.set('last-started', router.dateTimeText(router.wallTime()));
}

export const SCHEDULER: MenuSpec = menuSpec({
  defaults: { interval: '0s', 'on-event': '', policy: SCRIPT_POLICIES },
  unexported: ['run-count', 'next-run', 'owner'],
  computed: {
    'run-count': (item, router) => router.scheduler.plan(item).runs,
    'next-run': (item, router) => {
      const { next } = router.scheduler.plan(item);
      return next === undefined ? NOTHING : router.dateTimeText(next);
    },
    owner: () => 'admin',
  },
  check(properties, router, item) {
    if (!item && !router.allows('scheduler')) throw new RouterOsError('failure: not allowed by device-mode');
    const start = properties.get('start-time');
    if (start !== undefined && start !== 'startup') properties.set('start-time', clockText(toText(start)));
    const date = properties.get('start-date');
    if (date !== undefined && Number.isNaN(momentOf(toText(date), '00:00:00')))
      throw new RouterOsError('invalid value for argument start-date');
  },
  added(item, router) {
    const now = router.dateTimeText(router.wallTime());
    const date = item.properties.has('start-date');
    const time = item.properties.has('start-time');
    if (!date && !time) item.properties.set('-default-start', true);
    if (!date && item.properties.get('start-time') !== 'startup') item.properties.set('start-date', now.split(' ')[0]!);
    if (!time) item.properties.set('start-time', now.split(' ')[1]!);
    router.scheduler.arm(item);
  },
  changed(item, router, names) {
    if (names.has('start-date') || names.has('start-time')) item.properties.delete('-default-start');
    if (['interval', 'start-date', 'start-time', 'disabled'].some((name) => names.has(name))) router.scheduler.arm(item);
  },
  removing: (item, router) => router.scheduler.forget(item),
});

/** `9:5` and the like as `09:05:00`. @throws RouterOsError */
function clockText(text: string): string {
  const match = /^(\d{1,2}):(\d{1,2})(?::(\d{1,2}))?$/.exec(text);
  if (!match) throw new RouterOsError('invalid value for argument start-time');
  return [match[1], match[2], match[3] ?? '0'].map((part) => part!.padStart(2, '0')).join(':');
}
