import { RouterOsError, RouterStopped, UnsupportedByVirtualRouter } from '../errors.js';
import type { Step } from '../language/interpreter.js';
import { Scope } from '../language/scope.js';
import { ConfigItem } from '../menus/config-item.js';
import { menuSpec, type MenuSpec } from '../menus/menu-spec.js';
import { propertyText } from '../menus/property-types.js';
import { countRun, SCRIPT_POLICIES } from '../system/scheduler.js';
import { NOTHING, RosTime, toText, type RosValue } from '../values/value.js';
import type { VirtualRouter } from '../virtual-router.js';

type Reading = (item: ConfigItem, router: VirtualRouter) => RosValue;

/** Readings of a routerboard; a CHR has none. */
const board =
  (read: (router: VirtualRouter) => RosValue): Reading =>
  (_item, router) =>
    router.hardware.model === undefined ? NOTHING : read(router);

const identified = (router: VirtualRouter): string => `${router.version} (stable)`;

/** Minutes east of Greenwich a named zone is at, or 0. */
function zoneOffsetMinutes(zone: string, at: number): number {
  try {
    const parts = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' }).formatToParts(at);
    const match = /GMT([+-])(\d\d):(\d\d)/.exec(parts.find((part) => part.type === 'timeZoneName')?.value ?? '');
    return match ? (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3])) : 0;
  } catch {
    return 0;
  }
}

function environmentRows(router: VirtualRouter): ConfigItem[] {
  const menu = router.menus.at('system/script/environment');
  let number = 0;
  return [...router.globalNames()]
    .filter(([, slot]) => slot.value !== NOTHING)
    .map(([name, slot]) => {
      const item = new ConfigItem(menu, (++number).toString(16).toUpperCase(), 'dynamic');
      item.properties.set('name', name);
      item.properties.set('value', toText(slot.value));
      return item;
    });
}

export const SYSTEM_MENUS: Record<string, MenuSpec> = {
  'system/identity': menuSpec({ defaults: { name: 'MikroTik' } }),

  'system/resource': menuSpec({
    exported: false,
    computed: {
      uptime: (_item, router) => new RosTime(Math.floor(router.uptimeMs() / 1000) * 1e6),
      version: (_item, router) => identified(router),
      'build-time': () => '2026-01-01 00:00:00',
      'factory-software': board(() => '7.5'),
      'free-memory': (_item, router) => Math.floor(router.hardware.memoryBytes * (0.6 + 0.1 * router.random())),
      'total-memory': (_item, router) => router.hardware.memoryBytes,
      cpu: (_item, router) => router.hardware.cpu,
      'cpu-count': (_item, router) => router.hardware.cpuCount,
      'cpu-frequency': (_item, router) => router.hardware.cpuFrequencyMhz,
      'cpu-load': (_item, router) => Math.floor(router.random() * 30),
      'free-hdd-space': (_item, router) => Math.floor(router.hardware.diskBytes * 0.9),
      'total-hdd-space': (_item, router) => router.hardware.diskBytes,
      'architecture-name': (_item, router) => router.hardware.architecture,
      'board-name': (_item, router) => router.hardware.board,
      platform: () => 'MikroTik',
    },
  }),

  'system/routerboard': menuSpec({
    exported: false,
    computed: {
      routerboard: (_item, router) => router.hardware.model !== undefined,
      'board-name': board((router) => router.hardware.board),
      model: board((router) => router.hardware.model!),
      'serial-number': board((router) => router.hardware.serial),
      'firmware-type': board(() => 'virtual'),
      'factory-firmware': board(() => '7.5'),
      'current-firmware': board((router) => router.version),
      'upgrade-firmware': board((router) => router.version),
    },
    commands: { upgrade: () => NOTHING },
  }),

  'system/license': menuSpec({
    exported: false,
    computed: {
      'software-id': board((router) => router.hardware.softwareId),
      nlevel: board((router) => Number(router.hardware.licenseLevel)),
      features: board(() => ''),
      'system-id': (_item, router) => (router.hardware.model === undefined ? router.hardware.softwareId.replace('-', '') : NOTHING),
      level: (_item, router) => (router.hardware.model === undefined ? router.hardware.licenseLevel : NOTHING),
    },
  }),

  'system/device-mode': menuSpec({
    exported: false,
    computed: Object.fromEntries([
      ['mode', (_item, router) => router.deviceMode.mode],
      ...[
        'fetch',
        'scheduler',
        'hotspot',
        'email',
        'romon',
        'sniffer',
        'proxy',
        'socks',
        'zerotier',
        'container',
        'smb',
        'l2tp',
        'pptp',
        'ipsec',
        'bandwidth-test',
        'traffic-gen',
      ].map((feature): [string, Reading] => [feature, (_item, router) => router.allows(feature)]),
    ]),
    commands: {
      update: () => {
        throw new RouterOsError('failure: update timeout, press the button or turn the power off and on');
      },
    },
  }),

  'system/package': menuSpec({
    exported: false,
    factory: (router) => [{ name: 'routeros', version: router.version, 'build-time': '2026-01-01 00:00:00' }],
    computed: { size: () => 12_000_000, available: () => false, scheduled: () => '' },
  }),

  'system/package/update': menuSpec({
    defaults: { channel: 'stable' },
    computed: {
      'installed-version': (_item, router) => router.version,
      'latest-version': (_item, router) => router.version,
      status: () => 'System is already up to date',
    },
    commands: { 'check-for-updates': () => NOTHING, cancel: () => NOTHING },
  }),

  'system/clock': menuSpec({
    defaults: { 'time-zone-autodetect': 'yes', 'time-zone-name': 'manual' },
    unexported: ['date', 'time'],
    computed: {
      date: (_item, router) => router.dateTimeText(localTime(router)).split(' ')[0]!,
      time: (_item, router) => {
        const local = localTime(router);
        return new RosTime(Math.floor((local % 86_400_000) / 1000) * 1e6);
      },
      'gmt-offset': (_item, router) => zoneOffsetMinutes(zoneName(router), router.wallTime()) * 60,
      'dst-active': () => false,
    },
    changed(item, router, names) {
      if (!names.has('date') && !names.has('time')) return;
      const now = new Date(localTime(router)).toISOString();
      const date = names.has('date') ? toText(item.properties.get('date')!) : now.slice(0, 10);
      const time = names.has('time') ? toText(item.properties.get('time')!) : now.slice(11, 19);
      item.properties.delete('date');
      item.properties.delete('time');
      const wanted = Date.parse(`${date}T${time}Z`);
      if (Number.isNaN(wanted)) throw new RouterOsError('invalid value for argument date');
      router.clockOffsetMs += wanted - localTime(router);
      for (const entry of router.menus.at('system/scheduler').items) router.scheduler.arm(entry);
    },
  }),

  'system/note': menuSpec({ defaults: { note: '', 'show-at-login': 'yes', 'show-at-cli-login': 'no' } }),
  'system/ntp/client': menuSpec({
    defaults: { enabled: 'no', mode: 'unicast', servers: '', vrf: 'main' },
    computed: { status: (item) => (item.properties.get('enabled') === true ? 'synchronized' : 'stopped'), 'freq-drift': () => '0 PPM' },
  }),

  'system/script': menuSpec({
    defaults: { policy: SCRIPT_POLICIES, 'dont-require-permissions': 'no', owner: 'admin', 'run-count': '0', source: '' },
    unexported: ['run-count', 'last-started', 'owner'],
    commands: {
      *run({ router, run, menu, args }): Step {
        const reference = args.named.get('number') ?? args.unnamed[0];
        if (reference === undefined) throw new RouterOsError('missing value(s) of argument(s) number');
        for (const item of menu.select(reference)) {
          countRun(item, router);
          const script = router.compile(toText(item.properties.get('source') ?? ''), false);
          const caller = run.name;
          run.name = toText(item.get('name'));
          try {
            // output goes where the caller's goes
            yield* run.script(script, new Scope());
          } finally {
            run.name = caller;
          }
        }
        return NOTHING;
      },
    },
  }),

  'system/script/environment': menuSpec({
    exported: false,
    rows: environmentRows,
    removing: (item, router) => router.dropGlobal(toText(item.properties.get('name')!)),
  }),

  'system/script/job': menuSpec({
    exported: false,
    rows: (router) => {
      const menu = router.menus.at('system/script/job');
      return [...router.jobs.running].map((run, index) => {
        const item = new ConfigItem(menu, (index + 1).toString(16).toUpperCase(), 'dynamic');
        item.properties.set('script', run.name);
        item.properties.set('owner', 'admin');
        item.properties.set('type', 'command');
        return item;
      });
    },
  }),

  environment: menuSpec({ exported: false, rows: environmentRows }),

  system: menuSpec({
    commands: {
      reboot: ({ router }) => {
        router.reboot();
        throw new RouterStopped();
      },
      shutdown: ({ router }) => {
        router.powerOff();
        throw new RouterStopped();
      },
    },
  }),

  'system/backup': menuSpec({
    commands: {
      save({ router, run, args }) {
        const name = toText(
          args.named.get('name') ??
            `${toText(router.menus.at('system/identity').single.get('name'))}-${router.dateTimeText(router.wallTime()).replace(/[-: ]/g, '')}`,
        );
        router.files.write(
          name.endsWith('.backup') ? name : `${name}.backup`,
          `\x88\xac\xa1\xb1 virtual backup of ${router.hardware.serial}\n${router.export('', { sensitive: true })}`,
        );
        run.print('Configuration backup saved');
        return NOTHING;
      },
      load() {
        throw new UnsupportedByVirtualRouter('/system backup load');
      },
    },
  }),

  'system/logging': menuSpec({
    defaults: { topics: 'info', action: 'memory', prefix: '' },
    references: { action: 'system/logging/action' },
    factory: () => ['info', 'error', 'warning', 'critical'].map((topics) => ({ topics, action: 'memory' })),
  }),
  'system/logging/action': menuSpec({
    defaults: { 'memory-lines': '1000', 'remote-port': '514', remember: 'yes' },
    factory: () => [
      { name: 'memory', target: 'memory' },
      { name: 'disk', target: 'disk' },
      { name: 'echo', target: 'echo' },
      { name: 'remote', target: 'remote' },
    ],
  }),

  log: menuSpec({
    exported: false,
    rows: (router) => router.logBook.items() as ConfigItem[],
    commands: Object.fromEntries(
      (['debug', 'error', 'info', 'warning'] as const).map((level): [string, MenuSpec['commands'][string]] => [
        level,
        ({ router, args }) => {
          router.logBook.write(['script', level], toText(args.named.get('message') ?? args.unnamed[0] ?? ''));
          return NOTHING;
        },
      ]),
    ),
  }),
};

const zoneName = (router: VirtualRouter): string => propertyText(router.menus.at('system/clock').single.get('time-zone-name'));
const localTime = (router: VirtualRouter): number => router.wallTime() + zoneOffsetMinutes(zoneName(router), router.wallTime()) * 60_000;
