import { afterAll, afterEach, beforeAll, beforeEach, describe } from '@jest/globals';
import type { FrozenClock } from '../../../src/platform/clock/clock.js';
import type { TaskTransport } from '../../../src/platform/tasks/index.js';
import { TaskBench } from './task-bench.js';
import { taskFaults } from './task-faults.js';
import { taskPromises } from './task-promises.js';

/**
 * What every transport keeps. `make` makes one that looks for work often (some 20 ms), so that nothing sleeps for long;
 * time itself is frozen and turned. `more` adds what is particular to one transport.
 */
export function taskTransportContract(
  name: string,
  make: (clock: FrozenClock) => TaskTransport,
  more: (bench: TaskBench) => void = () => undefined,
): void {
  describe(`tasks over ${name}`, () => {
    const bench = new TaskBench(make);
    beforeAll(() => bench.open());
    beforeEach(() => bench.reset());
    afterEach(() => bench.endProcesses());
    afterAll(() => bench.close());

    taskPromises(bench);
    taskFaults(bench);
    more(bench);
  });
}
