/** Where a router gets time from. Milliseconds since the epoch throughout. */
export interface Clock {
  now(): number;
  /** Runs `callback` at a time; answers how to call it off. */
  at(time: number, callback: () => void): () => void;
  /** Waits; used by `:delay`. Ends early, with a rejection, when `signal` aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Marks work in progress that `VirtualClock.advance` must wait for; call the answer when it ended. */
  begin(): () => void;
}

/** Real time. */
export class RealClock implements Clock {
  now(): number {
    return Date.now();
  }

  at(time: number, callback: () => void): () => void {
    let timer: NodeJS.Timeout;
    // setTimeout overflows past 24.8 days
    const arm = (): void => {
      const wait = Math.max(0, time - Date.now());
      timer = wait > 0x7fffffff ? setTimeout(arm, 0x7fffffff) : setTimeout(callback, wait);
    };
    arm();
    return () => clearTimeout(timer);
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const cancel = this.at(Date.now() + ms, () => {
        signal?.removeEventListener('abort', abort);
        resolve();
      });
      const abort = (): void => {
        cancel();
        reject(signal!.reason as Error);
      };
      if (signal?.aborted) abort();
      else signal?.addEventListener('abort', abort, { once: true });
    });
  }

  begin(): () => void {
    return () => undefined;
  }
}

interface Timer {
  time: number;
  order: number;
  callback: () => void;
  cancelled: boolean;
}

/** The earliest timer first; a binary heap, since a fleet keeps thousands of them. */
class TimerHeap {
  private readonly heap: Timer[] = [];

  push(timer: Timer): void {
    const { heap } = this;
    let at = heap.push(timer) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!earlier(timer, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = timer;
  }

  peek(): Timer | undefined {
    while (this.heap[0]?.cancelled) this.pop();
    return this.heap[0];
  }

  pop(): Timer | undefined {
    const { heap } = this;
    const first = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return first;
    let at = 0;
    for (;;) {
      let child = at * 2 + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && earlier(heap[child + 1]!, heap[child]!)) child++;
      if (!earlier(heap[child]!, last)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
    return first;
  }
}

const earlier = (a: Timer, b: Timer): boolean => a.time < b.time || (a.time === b.time && a.order < b.order);

/** Time that moves only by `advance`, for tests that do not sleep. */
export class VirtualClock implements Clock {
  private time: number;
  private order = 0;
  private readonly timers = new TimerHeap();
  private working = 0;
  private idle: (() => void)[] = [];

  constructor(start: number | string | Date = '2026-01-01T00:00:00Z') {
    this.time = new Date(start).getTime();
  }

  now(): number {
    return this.time;
  }

  at(time: number, callback: () => void): () => void {
    const timer: Timer = { time: Math.max(time, this.time), order: this.order++, callback, cancelled: false };
    this.timers.push(timer);
    return () => {
      timer.cancelled = true;
    };
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (ms <= 0) return Promise.resolve();
    // whoever sleeps does no work: advance() may go on
    this.release();
    return new Promise((resolve, reject) => {
      const cancel = this.at(this.time + ms, () => {
        signal?.removeEventListener('abort', abort);
        this.working++;
        resolve();
      });
      const abort = (): void => {
        cancel();
        this.working++;
        reject(signal!.reason as Error);
      };
      if (signal?.aborted) abort();
      else signal?.addEventListener('abort', abort, { once: true });
    });
  }

  begin(): () => void {
    this.working++;
    let ended = false;
    return () => {
      if (!ended) this.release();
      ended = true;
    };
  }

  /** Moves time on by `ms`, running what falls due in order and awaiting the work it causes (HTTP included). */
  async advance(ms: number): Promise<void> {
    const target = this.time + ms;
    await this.settle();
    for (;;) {
      const next = this.timers.peek();
      if (!next || next.time > target) break;
      this.timers.pop();
      this.time = Math.max(this.time, next.time);
      next.callback();
      await this.settle();
    }
    this.time = target;
  }

  /** Waits until nothing is in progress but sleep. */
  async settle(): Promise<void> {
    do {
      while (this.working > 0) await new Promise<void>((resolve) => this.idle.push(resolve));
      // let what the last one caused begin: it may be only a promise yet
      await new Promise((resolve) => setImmediate(resolve));
    } while (this.working > 0);
  }

  private release(): void {
    this.working--;
    if (this.working > 0) return;
    const waiting = this.idle;
    this.idle = [];
    for (const resolve of waiting) resolve();
  }
}
