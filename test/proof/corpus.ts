import { ManagementPath, type SectionDefinition, SectionMarker, Sections } from '../../src/fleet/index.js';
import { MgmtTunnel } from '../../src/modules/control-plane/tunnel/mgmt-tunnel.js';
import { RequestContext, type SiteId } from '../../src/platform/context/index.js';
import { Database } from '../../src/platform/database/index.js';
import { type Lockout, predictLockout, SNAPSHOT_MENUS, type Snapshot } from '../../src/routeros/lockout/index.js';
import { changesBetween, keyed, type KeyedWish } from '../../src/routeros/sections/index.js';
import { nodeHttp, Reachability, type Surroundings, type VirtualRouter } from '../../tools/virtual-router/index.js';
import { Fleet, type Team } from '../e2e/support/fleet.js';
import { Dice } from './dice.js';
import { around, office, VERSIONS } from './office.js';
import { nextPush, type Plan, PROOF_MENUS, PROOF_SETTINGS, type Push, wayIn, wishOf } from './wishes.js';

/** Milliseconds of virtual time between two looks at every router: how exact the measured times are. */
const LOOK_MS = 5_000;
/** Virtual time after which a push that has not come to its end is itself a failure. */
const PATIENCE_MS = 900_000;
export const LIMIT_SECONDS = 120;

export interface PushResult {
  /** `seed:router:push` names it for good. */
  readonly id: string;
  readonly version: string;
  readonly firewall: boolean;
  readonly fatal: string | null;
  /** What the push changed, for people. */
  readonly changes: readonly string[];
  /** What a router had lost at some time during the push. */
  readonly cut: { readonly polling: boolean; readonly management: boolean };
  /** Seconds from the first look that found something lost to the one that found all of it back; null when nothing was lost. */
  readonly backAfter: number | null;
  readonly kept: boolean;
  /** What the prediction said before the push was sent. */
  readonly predicted: readonly Lockout[];
  /** Empty when all was as it has to be. */
  readonly wrong: readonly string[];
}

interface Office {
  readonly index: number;
  readonly router: VirtualRouter;
  readonly site: SiteId;
  readonly reach: Reachability;
  readonly around: Surroundings;
  readonly dice: Dice;
  readonly firewall: boolean;
  /** The plan in force. */
  good: Plan;
  /** What the section wishes now. */
  wished: Plan;
  /** The push that is on its way, and what was seen of it. */
  open?: Trial;
  pushes: number;
}

interface Trial {
  readonly push: Push;
  readonly predicted: readonly Lockout[];
  readonly before: string;
  readonly bootedAt: number;
  readonly began: number;
  polling: boolean;
  management: boolean;
  lostAt: number | null;
  backAt: number | null;
}

interface Standing {
  site_id: string;
  phase: string;
  attempts: number;
  last_error: string | null;
  wanted: number;
  applied: number;
}

/** Random pushes through the real application, to virtual routers whose reach follows from their configuration. */
export class Corpus {
  readonly results: PushResult[] = [];
  private readonly offices: Office[] = [];
  private readonly bySite = new Map<SiteId, Office>();
  private team!: Team;

  private constructor(
    private readonly fleet: Fleet,
    private readonly seed: number,
  ) {}

  /** An application with this many routers that are adopted, reachable, and at rest. */
  static async make(fleet: Fleet, seed: number, routers: number): Promise<Corpus> {
    const corpus = new Corpus(fleet, seed);
    const definition: SectionDefinition = {
      ...{ name: 'proof', title: 'Proof', rank: 5, menus: PROOF_MENUS, settings: PROOF_SETTINGS, cuts: () => true },
      wish: (_, { id }) => {
        const office = corpus.bySite.get(id);
        return Promise.resolve(office ? wishOf(office.wished, office.around) : null);
      },
    };
    fleet.app.get(Sections).define(definition);
    const state = (site: SiteId) => (corpus.bySite.get(site)?.reach.login() === 'yes' ? 'open' : 'closed');
    fleet.app.get(ManagementPath).provide({ known: state, probe: (_, site) => Promise.resolve(state(site)) });
    corpus.team = await fleet.team();
    for (let index = 0; index < routers; index++) await corpus.open(index);
    await corpus.mark(corpus.offices);
    await corpus.pass(300);
    for (const { index, reach, router } of corpus.offices) {
      if (!reach.both) throw new Error(`Router ${index} cannot be reached at first: ${reach.fetch()}, ${reach.login()}`);
      if (router.failures.length) throw router.failures[0]!;
    }
    return corpus;
  }

  /** Sends pushes until there were `total`, to all routers at a time. */
  async run(total: number, progress: (done: number) => void = () => undefined): Promise<void> {
    const each = Math.ceil(total / this.offices.length);
    let begun = 0;
    while (this.results.length < total) {
      const free = this.offices.filter(({ open, pushes }) => !open && pushes < each).slice(0, total - begun);
      for (const one of free) this.begin(one);
      begun += free.length;
      await this.mark(free);
      await this.pass(LOOK_MS / 1000);
      await this.look();
      if (free.length) progress(this.results.length);
    }
  }

  private async open(index: number): Promise<void> {
    const { fleet } = this;
    const place = around(index, fleet.app.get(MgmtTunnel).managementAddress);
    const firewall = index % 2 === 1;
    const way: { reach?: Reachability } = {};
    const router = fleet.router({
      version: VERSIONS[(index >> 1) % VERSIONS.length]!,
      http: (request) => way.reach!.gate(nodeHttp)(request),
      dns: { 'fleet.example.net': place.server.address },
      keep: { log: 50, requests: 20 },
    });
    const reach = (way.reach = new Reachability(router, place));
    const said = await router.paste(office(firewall));
    if (said.trim()) throw new Error(`The router refused its first configuration: ${said}`);
    const known = new Set(await this.sites());
    await router.paste(this.team.command);
    await fleet.settled();
    const site = (await this.sites()).find((id) => !known.has(id)) as SiteId | undefined;
    if (!site) throw new Error(`Router ${index} was not adopted.`);
    const good = wayIn(place);
    const one: Office = {
      index,
      router,
      site,
      reach,
      around: place,
      dice: new Dice(this.seed * 7919 + index),
      firewall,
      good,
      wished: good,
      pushes: 0,
    };
    this.offices.push(one);
    this.bySite.set(site, one);
  }

  private async sites(): Promise<string[]> {
    return (await this.fleet.sql<{ id: string }>('SELECT id FROM site')).map(({ id }) => id);
  }

  private begin(office: Office): void {
    const push = nextPush(office.good, office.around, office.dice, office.firewall);
    const predicted = predict(office, push);
    office.wished = push.plan;
    office.pushes += 1;
    office.open = {
      ...{
        push,
        predicted,
        before: office.router.export('', { sensitive: true }),
        bootedAt: office.router.bootedAt,
        began: this.fleet.clock.now(),
      },
      ...{ polling: false, management: false, lostAt: null, backAt: null },
    };
  }

  private async look(): Promise<void> {
    const standings = await this.fleet.sql<Standing>(`SELECT site_id, phase, attempts, last_error, wanted, applied FROM site_section WHERE section = 'proof'`); // prettier-ignore
    const bySite = new Map(standings.map((one) => [one.site_id, one]));
    const now = this.fleet.clock.now();
    const again: Office[] = [];
    for (const office of this.offices) {
      const { open } = office;
      if (!open) continue;
      const [polling, management] = [office.reach.fetch() === 'yes', office.reach.login() === 'yes'];
      open.polling ||= !polling;
      open.management ||= !management;
      if (!(polling && management)) {
        open.lostAt ??= now;
        open.backAt = null;
      } else if (open.lostAt !== null) open.backAt ??= now;
      if (!this.isOver(office, bySite.get(office.site)!)) continue;
      this.close(office, bySite.get(office.site)!);
      if (office.wished !== office.good) again.push(office);
      office.wished = office.good;
    }
    await this.mark(again);
  }

  private isOver({ open, router, reach }: Office, { phase, wanted, applied, attempts }: Standing): boolean {
    if (this.fleet.clock.now() - open!.began > PATIENCE_MS) return true;
    const settled = !router.items('/system/script').some(({ name }) => name === 'rosfleet-settle');
    const decided = (phase === 'idle' || phase === 'checking') && (attempts > 0 || wanted === applied);
    return decided && settled && reach.both;
  }

  private close(office: Office, { attempts, wanted, applied, phase, last_error }: Standing): void {
    const { open, router, reach } = office;
    const kept = attempts === 0 && wanted === applied;
    const { push, predicted, before, bootedAt, began, polling, management, lostAt, backAt } = open!;
    const backAfter = lostAt === null ? null : ((backAt ?? Infinity) - lostAt) / 1000;
    const wrong = [
      ...(this.fleet.clock.now() - began > PATIENCE_MS
        ? [`did not come to an end: ${phase}, ${attempts} attempts, ${applied} of ${wanted}: ${last_error}`]
        : []),
      ...(reach.both ? [] : [`fetch ${reach.fetch()}; login ${reach.login()}`]),
      ...(backAfter !== null && backAfter > LIMIT_SECONDS ? [`back after ${backAfter} s only`] : []),
      ...(!kept && router.export('', { sensitive: true }) !== before ? ['is not what it was'] : []),
      ...(kept && (polling || management) ? ['a harmful change was kept'] : []),
      ...(router.bootedAt !== bootedAt ? ['rebooted'] : []),
      ...router.failures.map(({ message }) => message),
    ];
    router.failures.length = 0;
    const form = (plan: Plan): KeyedWish => keyed(wishOf(plan, office.around), 1);
    const changes = changesBetween(form(office.good), form(push.plan)).map(
      ({ action, menu, item, after }) => `${action} ${menu} ${item} ${JSON.stringify(after)}`,
    );
    const id = `${this.seed}:${office.index}:${office.pushes}`;
    const cut = { polling, management };
    this.results.push({
      id,
      version: router.version,
      firewall: office.firewall,
      fatal: push.fatal,
      changes,
      cut,
      backAfter,
      kept,
      predicted,
      wrong,
    });
    if (kept) office.good = push.plan;
    office.open = undefined;
  }

  private async mark(offices: readonly Office[]): Promise<void> {
    const ctx = RequestContext.system('test').forTeam(this.team.teamId);
    const sites = offices.map(({ site }) => site);
    await this.fleet.app.get(Database).transaction(ctx, (ctx) => this.fleet.app.get(SectionMarker).mark(ctx, 'proof', sites));
  }

  /** Time passes, and what the application is to do in a moment is done before it goes on. */
  private async pass(seconds: number): Promise<void> {
    for (let left = seconds; left > 0; left -= 5) {
      await this.fleet.pass(Math.min(5, left));
      await this.fleet.mails('nobody@example.net');
    }
  }
}

/** The router's configuration as its API would print it. */
const snapshotOf = (router: VirtualRouter): Snapshot =>
  Object.fromEntries(
    SNAPSHOT_MENUS.map((menu) => [
      menu,
      router
        .items(menu)
        .map(({ password: _, ...item }) => Object.fromEntries(Object.entries(item).map(([name, value]) => [name, String(value)]))),
    ]),
  );

/** Judged as the server would: by what it knows, not by what the model of the router does. */
function predict({ router, around, good }: Office, { plan }: Push): Lockout[] {
  const form = (one: Plan): KeyedWish => keyed(wishOf(one, around), 1);
  const { server, tunnel, login } = around;
  return predictLockout(
    snapshotOf(router),
    { section: 'proof', above: [], had: form(good), shall: form(plan) },
    {
      server: { address: server.address, port: server.port, named: true },
      management: {
        endpoint: { host: tunnel.name!, address: tunnel.address, port: tunnel.port, named: true },
        ...{ tunnelUser: tunnel.user, tunnelPassword: tunnel.password, address: tunnel.management, own: tunnel.own },
        ...{ user: login.user, password: login.password, apiPort: login.port },
      },
    },
  );
}
