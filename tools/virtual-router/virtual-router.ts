import { ScriptCache, ScriptSyntaxError, type Script } from '../../src/routeros/parser/index.js';
import { CommandSchema, compareVersions } from '../../src/routeros/schema/index.js';
import { RealClock, type Clock } from './clock.js';
import { RouterOsError, RouterStopped, UnsupportedByVirtualRouter } from './errors.js';
import type { Step } from './language/interpreter.js';
import { Run } from './language/run.js';
import { Scope, type Slot } from './language/scope.js';
import { ConfigTree } from './menus/config-tree.js';
import { exportText, type ExportOptions } from './menus/export.js';
import { plainValue } from './menus/property-types.js';
import { hardwareOf, type Hardware, type RouterOptions, type UploadHook } from './router-options.js';
import { FileStore } from './system/file-store.js';
import { nodeHttp, type HttpTransport } from './system/http-transport.js';
import { Jobs } from './system/jobs.js';
import { LogBook, type LogEntry } from './system/log-book.js';
import { Scheduler } from './system/scheduler.js';
import { sftpUpload } from './system/sftp-transport.js';
import { splitPaste } from './terminal.js';
import { toNumber } from './values/convert.js';
import { fromBytes, NOTHING, toBytes, toText, type RosValue } from './values/value.js';

/** A request the router made; `status` is there once it was answered. */
export interface RequestRecord {
  time: number;
  method: string;
  url: string;
  headers: Record<string, string>;
  body?: string;
  status?: number;
}

/** An item of a menu as plain JavaScript: `.id`, then every property `print` would show. */
export type PlainItem = Record<string, string | number | boolean>;

/** What a command line tool or a test may want to see as it happens. */
export type RouterEvent = { kind: 'log' | 'scheduler' | 'output' | 'request' | 'boot'; detail: Record<string, unknown> };

/** Somebody logged in from outside, as `/user active` shows it. */
export interface RouterSession {
  /** Hexadecimal, from `takeSessionId`. */
  readonly id: string;
  /** Undefined before the login. */
  readonly user: string | undefined;
  readonly address: string;
  readonly via: string;
  /** Milliseconds since the epoch by the router's own clock. */
  readonly since: number;
  /** Ends it at once, as a reboot does. */
  drop(): void;
}

const scripts = new ScriptCache();
const EXPORT_BURSTS = 20;

/**
 * A RouterOS router that executes scripts: language, configuration, scheduler, log, files and `/tool fetch`. It has no
 * packets: interfaces and tunnels are configuration only. Whatever it does not model it refuses with
 * `UnsupportedByVirtualRouter`, which no script can catch and which is kept in `failures`.
 */
export class VirtualRouter {
  readonly clock: Clock;
  readonly version: string;
  readonly hardware: Hardware;
  readonly http: HttpTransport;
  readonly upload: UploadHook;
  private readonly exportSeconds: number;
  readonly random: () => number;
  readonly menus: ConfigTree;
  readonly files: FileStore;
  readonly logBook: LogBook;
  readonly jobs: Jobs;
  readonly scheduler: Scheduler;
  /**
   * Faults: `down` loses every connection, `dns: false` every name; `certificate` is what a fetch with check-certificate
   * has against the server, for example `no trusted CA certificate found`.
   */
  readonly network: { down: boolean; dns: boolean; certificate?: string } = { down: false, dns: true };
  /** Unmodelled things scripts asked for, and errors of this program. A test asserts that it is empty. */
  readonly failures: Error[] = [];
  readonly requests: RequestRecord[] = [];
  readonly sessions = new Set<RouterSession>();
  /** Device-mode features that are off, see `allows`. */
  readonly deviceMode: NonNullable<RouterOptions['deviceMode']>;
  /** How far the router's own clock is from `clock`, in milliseconds. */
  clockOffsetMs: number;
  bootedAt: number;
  onEvent?: (event: RouterEvent) => void;
  private readonly globals = new Map<string, Slot>();
  private readonly names: RouterOptions['dns'];
  private terminalMenu: string[] = [];
  private readonly absent: ReadonlySet<string>;
  private readonly lenient: boolean;
  private readonly requestsKept: number;
  private powered = true;
  private lastSessionId = 0;
  private running = false;

  constructor(options: RouterOptions = {}) {
    this.clock = options.clock ?? new RealClock();
    this.version = options.version ?? '7.22.3';
    this.hardware = hardwareOf(options);
    this.http = options.http ?? nodeHttp;
    this.upload = options.upload ?? sftpUpload;
    this.exportSeconds = options.exportSeconds ?? 0;
    this.random = options.random ?? Math.random;
    // the most permissive mode was called enterprise before 7.17
    this.deviceMode = options.deviceMode ?? { mode: compareVersions(this.version, '7.17') < 0 ? 'enterprise' : 'advanced' };
    this.names = options.dns;
    this.lenient = options.undeclaredVariables === 'nothing';
    this.clockOffsetMs = options.clockOffsetMs ?? 0;
    this.bootedAt = this.clock.now() - (options.uptimeMs ?? 0);
    this.absent = absentCommands(this.version);
    this.menus = new ConfigTree(this, CommandSchema.for(this.version));
    this.files = new FileStore(this);
    this.logBook = new LogBook(this, options.keep?.log ?? 1000);
    this.requestsKept = options.keep?.requests ?? 100;
    this.jobs = new Jobs(this);
    this.scheduler = new Scheduler(this);
    if (options.identity !== undefined) this.menus.at('system/identity').single.properties.set('name', toBytes(options.identity));
  }

  // ---- what a person does ----

  /**
   * Types text into the terminal: its commands run one after another, and an error stops none but its own.
   * @returns what the terminal shows, errors included.
   */
  async paste(text: string): Promise<string> {
    const out: string[] = [];
    for (const command of splitPaste(toBytes(text))) {
      const run = new Run(this, 'terminal', true);
      this.jobs.running.add(run);
      try {
        const script = scripts.get(
          command,
          this.version,
          `terminal ${this.terminalMenu.join('/')} ${[...this.globals.keys()].join(' ')} ${this.resolveVariant}`,
          {
            ...this.resolveOptions,
            menu: this.terminalMenu,
            declared: this.globals.keys(),
          },
        );
        const scope = new Scope();
        for (const [name, slot] of this.globals) scope.bind(name, slot);
        await run.execute(script, scope);
        for (const statement of script.statements) {
          if (statement.kind === 'command' && statement.resolved?.kind === 'menu' && !statement.block)
            this.terminalMenu = statement.resolved.path;
        }
        out.push(run.output);
      } catch (error) {
        out.push(run.output);
        if (error instanceof UnsupportedByVirtualRouter) {
          this.failures.push(error);
          throw error;
        }
        if (error instanceof RouterStopped) break;
        if (!(error instanceof RouterOsError) && !(error instanceof ScriptSyntaxError)) throw error;
        out.push(`${error.message}\n`);
      } finally {
        this.jobs.running.delete(run);
      }
    }
    return fromBytes(out.join(''));
  }

  /**
   * Runs one script.
   * @throws ScriptSyntaxError when it does not parse (nothing ran), RouterOsError for an error it did not catch,
   * UnsupportedByVirtualRouter for what is not modelled.
   */
  async run(source: string): Promise<{ output: string; value: RosValue }> {
    const run = new Run(this, 'script');
    const text = toBytes(source);
    // compiled here so that a syntax error keeps its class
    scripts.get(text, this.version, `script ${this.resolveVariant}`, this.resolveOptions);
    const value = await this.jobs.execute(run, text, false);
    return { output: fromBytes(run.output), value };
  }

  /** `/export compact` of everything or of one menu, without the header. */
  export(menu = '', options: ExportOptions = {}): string {
    return exportText(this.menus, pathOf(menu), options);
  }

  /** The items of a menu in order; one object for a menu without items. */
  items(menu: string): PlainItem[] {
    return this.menus.at(menu).items.map((item) => {
      const plain: PlainItem = { '.id': `*${item.id}` };
      for (const name of item.visibleNames()) {
        const value = plainValue(item.get(name));
        if (value !== undefined) plain[name] = typeof value === 'string' ? fromBytes(value) : value;
      }
      return plain;
    });
  }

  /** One item by name or id, or undefined. */
  item(menu: string, reference?: string): PlainItem | undefined {
    const all = this.items(menu);
    if (reference === undefined) return all[0];
    return all.find((each) => each['name'] === reference || each['.id'] === reference);
  }

  get log(): readonly LogEntry[] {
    return this.logBook.entries;
  }

  /** Global variables by name, as text. */
  get environment(): Record<string, string> {
    return Object.fromEntries(
      [...this.globals].filter(([, slot]) => slot.value !== NOTHING).map(([name, slot]) => [name, fromBytes(toText(slot.value))]),
    );
  }

  // ---- power ----

  /** Begins running the scheduler. */
  start(): void {
    if (this.running) return;
    this.running = true;
    this.scheduler.start();
  }

  /** Ends the scheduler and everything running. */
  async stop(): Promise<void> {
    this.running = false;
    this.scheduler.stop();
    this.jobs.kill();
    await this.jobs.settled();
  }

  get isOn(): boolean {
    return this.powered;
  }

  powerOff(): void {
    this.powered = false;
    this.scheduler.reset();
    for (const session of this.sessions) session.drop();
    this.jobs.kill();
    this.globals.clear();
    this.terminalMenu = [];
    this.logBook.clear();
    for (const menu of this.menus.touched()) menu.dropDynamic();
  }

  powerOn(): void {
    if (this.powered) return;
    this.powered = true;
    this.bootedAt = this.clock.now();
    this.announce('boot', {});
    this.logBook.write(['system', 'info'], 'router rebooted');
    if (this.running) this.scheduler.start();
  }

  /** Running scripts die at once, globals and dynamic items vanish; configuration and files stay. */
  reboot(): void {
    this.powerOff();
    this.powerOn();
  }

  // ---- what the commands use ----

  takeSessionId(): string {
    return (++this.lastSessionId).toString(16).toUpperCase();
  }

  /** Whether this version lacks a menu or command that the nearest command tree has. */
  lacks(path: readonly string[]): boolean {
    return this.absent.has(path.join('/'));
  }

  /** The router's own time in milliseconds since the epoch. */
  wallTime(): number {
    return this.clock.now() + this.clockOffsetMs;
  }

  uptimeMs(): number {
    return this.clock.now() - this.bootedAt;
  }

  /** `2026-01-31 23:59:59`; before 7.10 `jan/31/2026 23:59:59`. */
  dateTimeText(ms: number): string {
    const iso = new Date(ms).toISOString();
    const clock = iso.slice(11, 19);
    if (compareVersions(this.version, '7.10') >= 0) return `${iso.slice(0, 10)} ${clock}`;
    const month = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'][Number(iso.slice(5, 7)) - 1]!;
    return `${month}/${iso.slice(8, 10)}/${iso.slice(0, 4)} ${clock}`;
  }

  compile(text: string, event: boolean): Script {
    try {
      return scripts.get(text, this.version, `${event ? 'event' : 'script'} ${this.resolveVariant}`, { ...this.resolveOptions, event });
    } catch (error) {
      if (error instanceof ScriptSyntaxError) throw new RouterOsError(error.message);
      throw error;
    }
  }

  globalSlot(name: string): Slot {
    let slot = this.globals.get(name);
    if (!slot) this.globals.set(name, (slot = { value: NOTHING }));
    return slot;
  }

  globalNames(): IterableIterator<[string, Slot]> {
    return this.globals.entries();
  }

  dropGlobal(name: string): void {
    this.globals.delete(name);
  }

  /** Whether device-mode lets a feature be used; RouterOS 6 has no such thing. */
  allows(feature: string): boolean {
    if (this.classic) return true;
    const own = this.deviceMode[feature];
    if (own !== undefined) return own !== false && own !== 'no';
    if (this.deviceMode.mode === 'home')
      return ![
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
        'bandwidth-test',
        'traffic-gen',
      ].includes(feature);
    if (this.deviceMode.mode === 'basic')
      return !['hotspot', 'proxy', 'socks', 'zerotier', 'container', 'traffic-gen', 'bandwidth-test'].includes(feature);
    return feature !== 'container' && feature !== 'traffic-gen';
  }

  *resolveName(name: string): Step<string> {
    if (/^\d+(\.\d+){3}$/.test(name)) return name;
    const lookup =
      typeof this.names === 'function' ? this.names : (each: string) => (this.names as Record<string, string> | undefined)?.[each];
    const address = this.network.down || !this.network.dns ? undefined : ((yield Promise.resolve(lookup(name))) as string | undefined);
    if (address === undefined)
      throw new RouterOsError(this.network.down || !this.network.dns ? 'failure: dns server failure' : 'failure: dns name does not exist');
    return address;
  }

  ping(run: Run, address: RosValue, count: RosValue | undefined): RosValue {
    const times = count === undefined ? 4 : (toNumber(count) ?? 4);
    const replies = this.network.down ? 0 : times;
    run.print(`  sent=${times} received=${replies} packet-loss=${replies === 0 ? 100 : 0}% ${toText(address)}`);
    return replies;
  }

  exportCommand(run: Run, path: readonly string[], named: Map<string, RosValue>, flags: Set<string>): RosValue {
    const text = exportText(this.menus, path, { sensitive: flags.has('show-sensitive'), verbose: flags.has('verbose') });
    const file = named.get('file');
    const header = `# ${this.dateTimeText(this.wallTime())} by RouterOS ${this.version}\n# software id = ${this.hardware.softwareId}\n#\n${this.hardware.model === undefined ? '' : `# model = ${this.hardware.model}\n# serial number = ${this.hardware.serial}\n`}`;
    if (file === undefined) run.print((header + text).replace(/\n$/, ''));
    else this.writeExport(toText(file).endsWith('.rsc') ? toText(file) : `${toText(file)}.rsc`, header + text);
    return NOTHING;
  }

  /** In bursts over `exportSeconds`; one that somebody removes meanwhile does not come back. */
  private writeExport(name: string, text: string): void {
    if (this.exportSeconds === 0) return this.files.write(name, text);
    this.files.write(name, '');
    for (let burst = 1; burst <= EXPORT_BURSTS; burst++)
      this.clock.at(this.clock.now() + (this.exportSeconds * 1000 * burst) / EXPORT_BURSTS, () => {
        if (this.files.item(name)) this.files.write(name, text.slice(0, Math.floor((text.length * burst) / EXPORT_BURSTS)));
      });
  }

  note(record: RequestRecord): void {
    this.requests.push(record);
    if (this.requests.length > this.requestsKept) this.requests.shift();
    this.announce('request', { ...record });
  }

  noteStatus(status: number): void {
    const last = this.requests.at(-1);
    if (last) last.status = status;
  }

  announce(kind: RouterEvent['kind'], detail: Record<string, unknown>): void {
    this.onEvent?.({ kind, detail });
  }

  private get classic(): boolean {
    return compareVersions(this.version, '7') < 0;
  }

  private get resolveVariant(): string {
    return `${this.version}${this.lenient ? ' lenient' : ''}`;
  }

  private get resolveOptions() {
    return { classic: this.classic, absent: this.absent, undeclared: !this.lenient };
  }
}

const pathOf = (menu: string): string[] => menu.split(/[/ ]/).filter((part) => part !== '');

/** Builtins and menus newer than a version, where the nearest tree cannot tell (facts: seen in which tree first). */
function absentCommands(version: string): ReadonlySet<string> {
  const since: [string, string][] = [
    ['7', 'retry'], ['7', 'onerror'], ['7', 'convert'], ['7', 'serialize'], ['7', 'deserialize'], ['7', 'timestamp'], ['7', 'tonsec'], ['7', 'rndstr'], ['7', 'rndnum'],
    ['7', 'interface/wireguard'], ['7', 'system/device-mode'], ['7', 'routing/table'],
    ['7.9', 'retry'], ['7.11', 'convert'], ['7.13', 'onerror'], ['7.13', 'serialize'], ['7.13', 'deserialize'], ['7.13', 'file/read'], ['7.12', 'tonsec'],
     ['7.17', 'range'], ['7.22', 'exit'], ['7.22', 'break'], ['7.22', 'continue'],
  ]; // prettier-ignore
  return new Set(since.filter(([first]) => compareVersions(version, first) < 0).map(([, path]) => path));
}
