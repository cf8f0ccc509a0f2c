import { ScriptSyntaxError } from '../../../src/routeros/parser/index.js';
import { RouterOsError, RouterStopped, UnsupportedByVirtualRouter } from '../errors.js';
import { Run } from '../language/run.js';
import { Scope } from '../language/scope.js';
import { RosId, type RosValue } from '../values/value.js';
import type { VirtualRouter } from '../virtual-router.js';

/** Scripts that are running, by whatever started them. */
export class Jobs {
  readonly running = new Set<Run>();
  private readonly ends = new Set<Promise<unknown>>();
  private nextId = 1;

  constructor(private readonly router: VirtualRouter) {}

  /** Runs a script to its end; rejects with what it did not catch. */
  async execute(run: Run, source: string, event: boolean, scope = new Scope()): Promise<RosValue> {
    this.running.add(run);
    try {
      return await run.execute(run.compile(source, event), scope);
    } catch (error) {
      if (error instanceof UnsupportedByVirtualRouter) this.router.failures.push(error);
      throw error;
    } finally {
      this.running.delete(run);
    }
  }

  /** `:execute`: starts a script and does not wait; its error reaches only the log. */
  background(source: string, outputFile?: string): RosId {
    this.start('execute', source, (run, error) => {
      if (error instanceof RouterOsError || error instanceof ScriptSyntaxError)
        this.router.logBook.write(['script', 'error'], `executing script failed: ${error.message}`);
      if (outputFile !== undefined) this.router.files.write(outputFile.includes('.') ? outputFile : `${outputFile}.txt`, run.output);
    });
    return new RosId(`*${(this.nextId++).toString(16).toUpperCase()}`);
  }

  /** Starts a script of its own, now; `done` hears how it ended unless the router went down meanwhile. */
  start(name: string, source: string, done: (run: Run, error?: unknown) => void): void {
    const run = new Run(this.router, name);
    const end = this.router.clock.begin();
    const promise: Promise<void> = Promise.resolve()
      .then(() => {
        const execution = this.execute(run, source, false);
        // from here the run itself tells the clock when it works and when it sleeps
        end();
        return execution;
      })
      .then(
        () => done(run),
        (error: unknown) => {
          if (!(error instanceof RouterStopped)) done(run, error);
        },
      )
      .catch((error: unknown) => void this.router.failures.push(error as Error))
      .finally(() => {
        this.ends.delete(promise);
      });
    this.ends.add(promise);
  }

  /** Pulls the plug: everything running dies where it stands. */
  kill(): void {
    for (const run of this.running) run.abort.abort(new RouterStopped());
    this.running.clear();
  }

  async settled(): Promise<void> {
    await Promise.allSettled(this.ends);
  }
}
