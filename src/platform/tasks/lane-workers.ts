import { type Lane, LANE_NAMES, LANES } from './define-task.js';
import type { TaskExecutor } from './task-transport.js';

interface LaneState {
  readonly running: Set<Promise<void>>;
  look: Promise<void> | undefined;
  /** Somebody called during a look: what he saw may have come too late for it. */
  again: boolean;
}

/**
 * Workers of this process, `LANES[lane]` for each lane. A wake-up fills the free ones from the table; a worker that
 * becomes free looks again, so that one slow task holds up one worker and not its lane.
 */
export class LaneWorkers {
  private executor: TaskExecutor | undefined;
  private readonly lanes = new Map<Lane, LaneState>(
    LANE_NAMES.map((lane) => [lane, { running: new Set(), look: undefined, again: false }]),
  );

  start(executor: TaskExecutor): void {
    this.executor = executor;
  }

  wakeAll(): void {
    for (const lane of LANE_NAMES) this.wake(lane);
  }

  wake(lane: Lane): void {
    if (!this.executor) return;
    const state = this.lanes.get(lane)!;
    if (state.look) {
      state.again = true;
      return;
    }
    state.look = this.look(lane, state).finally(() => {
      state.look = undefined;
      if (state.again) this.wake(lane);
    });
  }

  /** Looks no more, and waits for what was started. */
  async stop(): Promise<void> {
    this.executor = undefined;
    for (const state of this.lanes.values()) await state.look;
    await Promise.all([...this.lanes.values()].flatMap((state) => [...state.running]));
  }

  private async look(lane: Lane, state: LaneState): Promise<void> {
    try {
      do {
        state.again = false;
        const free = LANES[lane] - state.running.size;
        if (free <= 0 || !this.executor) return;
        for (const work of await this.executor.start(lane, free)) this.follow(work, lane, state);
      } while (state.again);
    } catch {
      // The database is away: the runner has logged it, and the next wake-up tries again.
    }
  }

  private follow(work: Promise<void>, lane: Lane, state: LaneState): void {
    state.running.add(work);
    void work.finally(() => {
      state.running.delete(work);
      this.wake(lane);
    });
  }
}
