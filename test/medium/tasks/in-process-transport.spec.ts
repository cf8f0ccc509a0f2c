import { InProcessTransport } from '../../../src/platform/tasks/in-process-transport.js';
import { taskTransportContract } from './task-transport-contract.js';

taskTransportContract('the in-process transport', (clock) => new InProcessTransport(clock, 20));
