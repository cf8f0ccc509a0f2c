import { RouterTimeoutError, type RouterApiError, type RunPhase } from './errors.js';

const PHASE_TEXT: Record<RunPhase, string> = {
  line: 'the commands before this one were not done',
  connect: 'the router did not accept the connection',
  login: 'the router did not answer the login',
  reply: 'the router did not finish its answer',
};

/**
 * What ends a command early: its time, its caller, the client's end, or the time of a part of it. One signal for all,
 * whose reason is the error the command ends with.
 */
export class Deadline {
  phase: RunPhase = 'line';
  private readonly controller = new AbortController();
  private readonly whole: NodeJS.Timeout;
  private part: NodeJS.Timeout | undefined;

  constructor(timeoutMs: number) {
    this.whole = setTimeout(() => this.expire(timeoutMs), timeoutMs);
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** The next part begins; with a time it may not take longer than that. */
  enter(phase: RunPhase, ms?: number): void {
    clearTimeout(this.part);
    this.phase = phase;
    if (ms !== undefined) this.part = setTimeout(() => this.expire(ms), ms);
  }

  end(error: RouterApiError): void {
    this.controller.abort(error);
  }

  /** No timer outlives the command. */
  clear(): void {
    clearTimeout(this.whole);
    clearTimeout(this.part);
  }

  private expire(ms: number): void {
    this.end(new RouterTimeoutError(`Within ${ms} ms ${PHASE_TEXT[this.phase]}.`, this.phase));
  }
}
