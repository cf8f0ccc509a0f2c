import type { Api, SiteView } from './api.js';
import { type Member, pasteEverywhere, untilNextPoll } from './fleet.js';
import { changeJob, FAILING_JOB } from './models.js';
import { type Screen, table } from './screen.js';

/** The reason of an end that nobody asked for: only then what did not happen is worth a word. */
export const TIME_IS_UP = 'time is up';
const REFRESH_MS = 1000;
const SOON_MS = 4000;
const RUNBOOK = 'Branch offices';
const FINAL = new Set(['done', 'failed']);

/** What the demo shows, in order. */
export class Scenario {
  private failing: Member | undefined;
  private leaving: Member | undefined;
  private readonly told = new Set<string>();
  private readonly begun = Date.now();

  constructor(
    private readonly screen: Screen,
    private readonly api: Api,
    /** As routers know the server. */
    private readonly publicUrl: string,
    private readonly members: readonly Member[],
    private readonly options: { readonly scripted: boolean },
  ) {}

  /**
   * Runs until `end`.
   * @returns whether everything that should happen did
   */
  async run(end: AbortSignal): Promise<boolean> {
    await this.adopt();
    if (this.options.scripted) await this.giveWork();
    else this.showWhatToTry();
    while (!end.aborted) {
      await this.look();
      if (this.options.scripted) await this.tell();
      this.screen.show(this.picture());
      await pause(REFRESH_MS, end);
    }
    if (!this.screen.isLive) for (const line of this.picture()) this.screen.say(line);
    return end.reason === TIME_IS_UP ? this.report() : true;
  }

  private async adopt(): Promise<void> {
    const runbook = (await this.api.runbooks()).find((r) => r.name === RUNBOOK) ?? (await this.api.createRunbook(RUNBOOK));
    this.screen.say(
      `\nRunbook «${RUNBOOK}». This command, pasted into a router's terminal, makes it join:\n\n  ${runbook.bootstrap_command}\n`,
    );
    this.screen.say(`Pasting it into ${this.members.length} virtual routers, from RouterOS 7.12.1 to 7.24:`);
    await pasteEverywhere(this.members, runbook.bootstrap_command, ({ demo, router }, shown) => {
      const last = shown.trim().split('\n')[0] ?? '';
      this.screen.say(`  ${demo.place.padEnd(14)} ${(demo.options.model ?? 'CHR').padEnd(20)} ${router.version.padEnd(8)} ${last}`);
    });
    await this.look();
    this.screen.say(`${this.members.filter((m) => m.site).length} of ${this.members.length} adopted.`);
  }

  private async giveWork(): Promise<void> {
    const now = Date.now() + SOON_MS; // whoever polls sooner than that may poll before the wish is there
    const adopted = this.members.filter((m) => m.site).sort((a, b) => untilNextPoll(a, now) - untilNextPoll(b, now));
    // Those that poll first get what takes longest to show.
    const [leaving, failing, ...others] = adopted;
    this.leaving = leaving;
    this.failing = failing;
    if (leaving) {
      await this.api.deleteSite(leaving.site!.id);
      leaving.farewell = 'leaving';
    }
    const change = (member: Member): Promise<unknown> =>
      this.api.createJob(member.site!.id, 'Identity and comment', changeJob(member.demo.place));
    if (failing) {
      await change(failing);
      await this.api.createJob(failing.site!.id, 'Port of a missing bridge', FAILING_JOB);
    }
    for (const member of others) await change(member);
    this.screen.say(
      `\nQueued through the API: a job for ${adopted.length - 1} routers, and one that cannot work for ${failing?.demo.place ?? 'nobody'}.`,
    );
    if (leaving) this.screen.say(`Deleted through the API: the site of ${leaving.demo.place}. Its router is told to remove what is ours.`);
    this.screen.say(
      'Each router polls every 30 s, in a second of its own: the first job may take a minute, for sections go with it by turns, the failing one two.\n',
    );
  }

  /** Reads everything through the API. */
  private async look(): Promise<void> {
    const sites = new Map((await this.api.sites()).map((site): [string, SiteView] => [site.serial_number ?? site.software_id ?? '', site]));
    for (const member of this.members) {
      member.site = sites.get(reportedId(member)) ?? (member.farewell ? member.site : undefined);
      if (member.farewell === 'leaving' && !(await this.api.siteExists(member.site!.id))) member.farewell = 'left';
      if (member.site && !member.farewell) member.jobs = await this.api.jobs(member.site.id);
    }
  }

  /** Says each thing once, when it has happened. */
  private async tell(): Promise<void> {
    const after = `${Math.round((Date.now() - this.begun) / 1000)} s`;
    const once = (key: string, happened: boolean, lines: () => string[]): void => {
      if (!happened || this.told.has(key)) return;
      this.told.add(key);
      for (const line of lines()) this.screen.say(line);
    };
    once(
      'online',
      this.living.every((m) => m.site?.has_pulse),
      () => [`[${after}] All ${this.living.length} routers that stay are online.`],
    );
    once('done', this.changed.length === this.living.length, () => [
      `[${after}] The job is done on all ${this.changed.length}: identity and comment are changed.`,
    ]);
    const failed = this.failing?.jobs.find((j) => j.state === 'failed');
    once('failed', failed !== undefined, () => [
      `[${after}] The other job failed on ${this.failing!.demo.place}, as it should. The router says: ${failed!.failure_reason}`,
    ]);
    once('left', this.leaving?.farewell === 'left', () => [
      `[${after}] ${this.leaving!.demo.place} confirmed its removal. ${this.leftAsBefore ? 'Its /export is byte for byte what it was before adoption.' : 'Its /export differs from before adoption. That is a defect:'}`,
      ...(this.leftAsBefore ? [] : difference(this.leaving!.before, this.leaving!.router.export())),
    ]);
    once('all', this.happened, () => [`[${after}] That was the tour. The fleet goes on until Ctrl-C.`]);
    if (this.told.has('all') && !this.told.has('try')) {
      this.told.add('try');
      this.showWhatToTry();
    }
    return Promise.resolve();
  }

  private showWhatToTry(): void {
    const site = this.living.find((m) => m.site)?.site;
    const auth = `-H 'Authorization: Bearer ${this.api.bearer}'`;
    for (const line of [
      '',
      'Try:',
      `  the API in a browser   ${this.publicUrl}/docs`,
      `  your sites             curl ${auth} ${this.publicUrl}/site`,
      ...(site
        ? [
            `  a job of your own      curl ${auth} -H 'Content-Type: text/plain' -H "X-Idempotency-Key: $(node -p 'crypto.randomUUID()')" --data '/log warning "hello"' ${this.publicUrl}/site/${site.id}/job`,
          ]
        : []),
      `  one more router        ./rosfleet virtual-router --serial MINE00001 --identity Mine --bootstrap '<the command above>'`,
      '',
    ]) {
      this.screen.say(line);
    }
  }

  private get living(): Member[] {
    return this.members.filter((m) => !m.farewell);
  }

  private get changed(): Member[] {
    return this.living.filter(
      (m) => m.jobs.some((j) => j.state === 'done') && String(m.router.item('/system/identity')?.['name']).endsWith('(managed)'),
    );
  }

  private get leftAsBefore(): boolean {
    return this.leaving !== undefined && this.leaving.router.export() === this.leaving.before;
  }

  private get happened(): boolean {
    const { living, changed, failing, leaving } = this;
    return (
      living.every((m) => m.site?.has_pulse) &&
      changed.length === living.length &&
      (failing?.jobs.some((j) => j.state === 'failed') ?? false) &&
      leaving?.farewell === 'left' &&
      this.leftAsBefore
    );
  }

  /** What is missing at the end, router by router. */
  private report(): boolean {
    const trouble = this.members.flatMap(({ demo, router }) => router.failures.map((f) => `  ${demo.place}: ${f.message}`));
    for (const line of trouble.length ? ['The virtual routers could not do this:', ...trouble] : []) this.screen.say(line);
    const out = this.living.filter((m) => !m.site?.has_pulse).map((m) => m.demo.place);
    if (out.length) this.screen.say(`Not online: ${out.join(', ')}`);
    const happened = this.options.scripted ? this.happened : out.length === 0;
    if (!happened) this.screen.say('Not everything of the tour has happened yet.');
    return happened && trouble.length === 0;
  }

  /** The live table. */
  private picture(): string[] {
    const rows = this.members.map((m) => {
      const count = (state: string): string => String(m.jobs.filter((j) => j.state === state).length || '');
      const open = m.jobs.filter((j) => !FINAL.has(j.state)).length;
      const state =
        m.farewell === 'left'
          ? 'removed'
          : m.farewell === 'leaving'
            ? 'leaving'
            : m.site?.has_pulse
              ? 'online'
              : m.site
                ? 'adopted'
                : 'unknown';
      return [
        m.site?.identity ?? m.demo.place,
        m.demo.options.model ?? 'CHR',
        m.router.version,
        state,
        String(open || ''),
        count('done'),
        count('failed'),
      ];
    });
    const online = this.living.filter((m) => m.site?.has_pulse).length;
    return [
      `${online} of ${this.living.length} online, ${new Date().toTimeString().slice(0, 8)}, ${this.publicUrl}`,
      ...table(['identity', 'model', 'version', 'state', 'waiting', 'done', 'failed'], rows),
    ];
  }
}

/** By what a router is known: its serial number, and a CHR, which has none, by the system id of its licence. */
const reportedId = ({ router: { hardware } }: Member): string =>
  hardware.model === undefined ? hardware.softwareId.replace('-', '') : hardware.serial;

/** Lines that one text has and the other has not. */
function difference(before: string, after: string): string[] {
  const [old, now] = [before.split('\n'), after.split('\n')];
  return [...old.filter((l) => !now.includes(l)).map((l) => `  - ${l}`), ...now.filter((l) => !old.includes(l)).map((l) => `  + ${l}`)];
}

const pause = (ms: number, end: AbortSignal): Promise<void> =>
  new Promise((done) => {
    if (end.aborted) return done();
    const timer = setTimeout(finish, ms);
    function finish(): void {
      clearTimeout(timer);
      end.removeEventListener('abort', finish);
      done();
    }
    end.addEventListener('abort', finish);
  });
