import type { Script } from '../../../src/routeros/parser/index.js';
import { RouterOsError, RouterStopped, UnsupportedByVirtualRouter } from '../errors.js';
import { NOTHING, type RosValue } from '../values/value.js';
import type { VirtualRouter } from '../virtual-router.js';
import { Interpreter, type Step } from './interpreter.js';
import { Scope } from './scope.js';
import { ExitSignal, LoopSignal, ReturnSignal } from './signals.js';

/** Statements a script may run in all: beyond that it is a loop nobody ends, and the test shall fail rather than hang. */
const STATEMENT_LIMIT = 20_000_000;
const DEPTH_LIMIT = 200;

/** One script on its way: its output, and the line to pull when the router goes down. */
export class Run {
  /** What `:jobname` answers and the jobs list shows: the stored script that is running, else what started it. */
  name: string;
  readonly interpreter = new Interpreter(this);
  readonly abort = new AbortController();
  private readonly chunks: string[] = [];
  private statements = 0;
  private depth = 0;

  constructor(
    readonly router: VirtualRouter,
    name: string,
    /** A terminal's globals are declared for every line typed into it. */
    readonly terminal = false,
  ) {
    this.name = name;
  }

  print(line: string): void {
    this.chunks.push(`${line}\n`);
  }

  get output(): string {
    return this.chunks.join('');
  }

  /** Output since a mark (see `mark`), taken out: what `:execute as-string` catches. */
  takeOutput(mark: number): string {
    return this.chunks.splice(mark).join('');
  }

  mark(): number {
    return this.chunks.length;
  }

  /** Counts a statement; true when it is time to let others run. */
  tick(): boolean {
    this.statements++;
    if (this.statements > STATEMENT_LIMIT) throw new UnsupportedByVirtualRouter(`a script of more than ${STATEMENT_LIMIT} steps`);
    return this.statements % 20_000 === 0;
  }

  enter(): void {
    if (++this.depth > DEPTH_LIMIT) throw new RouterOsError('maximum call depth reached');
  }

  leave(): void {
    this.depth--;
  }

  compile(text: string, event: boolean): Script {
    return this.router.compile(text, event);
  }

  /** Runs a script to its end. Rejects with what it did not catch. */
  async execute(script: Pick<Script, 'statements'>, scope = new Scope()): Promise<RosValue> {
    return this.drive(this.script(script, scope));
  }

  /** A script as a step: `:return` and `:exit` end it. */
  *script(script: Pick<Script, 'statements'>, scope: Scope): Step {
    try {
      return yield* this.interpreter.statements(script.statements, scope);
    } catch (signal) {
      if (signal instanceof ReturnSignal) return signal.value;
      if (signal instanceof ExitSignal || signal instanceof LoopSignal) return NOTHING;
      throw signal;
    }
  }

  async drive<T>(step: Step<T>): Promise<T> {
    const end = this.router.clock.begin();
    try {
      let result = step.next();
      while (!result.done) {
        try {
          const value = await result.value;
          if (this.abort.signal.aborted) throw new RouterStopped();
          result = step.next(value);
        } catch (error) {
          result = step.throw(this.abort.signal.aborted ? new RouterStopped() : error);
        }
      }
      return result.value;
    } finally {
      end();
    }
  }
}
