import type { Socket } from 'node:net';
import { encodeSentence, SentenceReader } from '../../../src/routeros/api/index.js';
import { ScriptSyntaxError } from '../../../src/routeros/parser/index.js';
import { compareVersions } from '../../../src/routeros/schema/index.js';
import { RouterOsError, RouterStopped, UnsupportedByVirtualRouter } from '../errors.js';
import { Run } from '../language/run.js';
import type { RouterSession, VirtualRouter } from '../virtual-router.js';
import { policiesFor, signIn, type Account, type Proof } from './account.js';
import { execute, resolveTarget, snapshot, type Answer } from './execute.js';
import { parseRequest, tagOf, type Request } from './sentence.js';

const LIMITS = { wordBytes: 1 << 20, sentenceBytes: 2 << 20, words: 5_000 };
/** Commands one connection may have under way. */
const COMMANDS = 100;

/** A command under way: `stop` ends it, `/cancel` says so to whoever waits for it. */
interface Command {
  readonly tag: string | undefined;
  readonly stop: () => void;
}

/** One connection of a client to the API of a virtual router. */
export class ApiSession implements RouterSession {
  readonly id: string;
  readonly via = 'api';
  readonly since: number;
  private account: Account | undefined;
  private challenge: Buffer | undefined;
  private readonly reader = new SentenceReader(LIMITS);
  private readonly commands = new Set<Command>();

  constructor(
    private readonly router: VirtualRouter,
    private readonly socket: Socket,
    /** Where the client is, as the router sees it. */
    readonly address: string,
  ) {
    this.id = router.takeSessionId();
    this.since = router.wallTime();
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.receive(chunk));
    socket.on('drain', () => socket.resume());
    // a client that vanishes is no event of note
    socket.on('error', () => this.drop());
    socket.on('close', () => this.drop());
    router.sessions.add(this);
  }

  get user(): string | undefined {
    return this.account?.name;
  }

  /** Ends the connection and what it runs, as when the router goes down. */
  drop(): void {
    if (!this.router.sessions.delete(this)) return;
    this.socket.destroy();
    for (const command of this.commands) command.stop();
    if (this.account)
      this.router.logBook.write(['system', 'info', 'account'], `user ${this.account.name} logged out from ${this.address} via api`);
  }

  private receive(chunk: Buffer): void {
    // whoever was told goodbye is not listened to
    if (this.socket.writableEnded) return;
    try {
      for (const words of this.reader.push(chunk)) {
        if (this.router.network.down || !this.router.isOn) return this.drop();
        this.take(words.map((word) => word.toString('latin1')));
        if (!this.router.sessions.has(this) || this.socket.writableEnded) return;
      }
    } catch (error) {
      // a stream that lost its place cannot be answered
      if (!(error instanceof Error) || !/^(Malformed|SentenceTooLong)/.test(error.name)) this.router.failures.push(error as Error);
      this.drop();
    }
  }

  private take(words: readonly string[]): void {
    const tag = tagOf(words);
    const [command] = words;
    try {
      const request = parseRequest(words);
      if (command === '/login') this.login(request);
      else if (!this.account) this.end('not logged in', tag);
      else if (command === '/quit') this.end('session terminated on request', tag);
      else if (command === '/cancel') this.cancel(request);
      else this.begin(this.account, request);
    } catch (error) {
      this.trap(error, tag);
    }
  }

  private login({ args, tag }: Request): void {
    const { router } = this;
    const name = args.get('name') ?? '';
    const old = compareVersions(router.version, '6.43') < 0;
    const response = args.get('response');
    if (old && response === undefined) {
      this.challenge = Buffer.from(Array.from({ length: 16 }, () => Math.floor(router.random() * 256)));
      return this.send('!done', tag, [`=ret=${this.challenge.toString('hex')}`]);
    }
    const proof: Proof | undefined = old
      ? this.challenge && response !== undefined
        ? { challenge: this.challenge, response }
        : undefined
      : { password: args.get('password') ?? '' };
    this.challenge = undefined;
    const account = proof && signIn(router, name, proof, this.address);
    if (account === undefined || account === 'forbidden') {
      router.logBook.write(['system', 'error', 'critical'], `login failure for user ${name} from ${this.address} via api`);
      const reason = account === 'forbidden' ? 'not permitted (9)' : old ? 'cannot log in' : 'invalid user name or password (6)';
      return this.trap(new RouterOsError(reason), tag);
    }
    this.account = account;
    router.logBook.write(['system', 'info', 'account'], `user ${name} logged in from ${this.address} via api`);
    this.send('!done', tag);
  }

  private begin(account: Account, request: Request): void {
    const { router } = this;
    const target = resolveTarget(router, request.command);
    if (policiesFor(`/${[...target.path, target.command].join('/')}`).some((policy) => !account.policies.has(policy)))
      throw new RouterOsError('not enough permissions (9)');
    if (this.commands.size >= COMMANDS) throw new RouterOsError('failure: too many commands');
    if (target.command === 'listen') return this.listen(account, target.path, request);
    const run = new Run(router, 'api');
    const command: Command = { tag: request.tag, stop: () => run.abort.abort(new RouterStopped()) };
    this.commands.add(command);
    router.jobs.running.add(run);
    void run
      .drive(execute(router, run, account, target, request))
      .then(
        (answer) => this.answer(answer, request),
        (error: unknown) => this.trap(error, request.tag),
      )
      .finally(() => {
        router.jobs.running.delete(run);
        this.commands.delete(command);
      });
  }

  /** Sends what changes in a menu, until it is cancelled. */
  private listen(account: Account, path: readonly string[], request: Request): void {
    const { router } = this;
    const menu = router.menus.menu(path);
    let known = snapshot(menu, account, request);
    const unwatch = router.menus.watch(() => {
      const now = snapshot(menu, account, request);
      for (const [id, row] of now) {
        const before = known.get(id);
        if (!before || !sameRow(before, row)) this.send('!re', request.tag, attributes(row));
      }
      for (const id of known.keys()) if (!now.has(id)) this.send('!re', request.tag, [`=.id=*${id}`, '=.dead=yes']);
      known = now;
    });
    const command: Command = {
      tag: request.tag,
      stop: () => {
        unwatch();
        this.commands.delete(command);
        this.trap(new RouterStopped(), request.tag);
      },
    };
    this.commands.add(command);
  }

  /** `/cancel =tag=x` one command, without a tag all. */
  private cancel({ args, tag }: Request): void {
    const wanted = args.get('tag');
    for (const command of [...this.commands]) if (wanted === undefined || command.tag === wanted) command.stop();
    this.send('!done', tag);
  }

  private answer({ rows, ret }: Answer, { command, tag }: Request): void {
    for (const row of rows) this.send('!re', tag, attributes(row));
    const listing = /\/(print|getall)$/.test(command);
    if (listing && ret === undefined && rows.length === 0 && compareVersions(this.router.version, '7.18') >= 0) this.send('!empty', tag);
    this.send('!done', tag, ret === undefined ? [] : [`=ret=${ret}`]);
  }

  private trap(error: unknown, tag: string | undefined): void {
    const interrupted = error instanceof RouterStopped;
    if (!interrupted && !(error instanceof RouterOsError) && !(error instanceof ScriptSyntaxError)) {
      // what scripts ran was noted where it ran
      if (!this.router.failures.includes(error as Error)) this.router.failures.push(error as Error);
    }
    const message = interrupted ? 'interrupted' : wording((error as Error).message);
    const category = interrupted ? 2 : error instanceof UnsupportedByVirtualRouter ? undefined : categoryOf(message);
    this.send('!trap', tag, [...(category === undefined ? [] : [`=category=${category}`]), `=message=${message}`]);
    this.send('!done', tag);
  }

  private end(reason: string, tag: string | undefined): void {
    this.send('!fatal', tag, [reason]);
    this.socket.end();
  }

  private send(word: string, tag: string | undefined, words: readonly string[] = []): void {
    if (!this.router.sessions.has(this) || this.socket.writableEnded) return;
    const sentence = [word, ...words, ...(tag === undefined ? [] : [`.tag=${tag}`])];
    // whoever does not read what it asked for may not ask for more
    if (!this.socket.write(encodeSentence(sentence.map((each) => Buffer.from(each, 'latin1'))))) this.socket.pause();
  }
}

const attributes = (row: ReadonlyMap<string, string>): string[] => [...row].map(([name, value]) => `=${name}=${value}`);

const sameRow = (a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean =>
  a.size === b.size && [...a].every(([name, value]) => b.get(name) === value);

/** The console's messages in the words of the API, where those are known to differ. */
const wording = (message: string): string => (/^missing value\(s\) of argument\(s\) numbers?$/.test(message) ? 'missing =.id=' : message);

/** Source: MikroTik's manual, «API», `!trap`; most messages come without a category. */
function categoryOf(message: string): number | undefined {
  if (/^no such (item|command)/.test(message)) return 0;
  if (/^(input does not match|invalid value|value of|ambiguous value|missing value|invalid time)/.test(message)) return 1;
  return undefined;
}
