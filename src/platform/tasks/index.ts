export { backoffSeconds } from './backoff.js';
export { defineTask, Every, GaveUp, Handles, type Lane, LANES, type Plain, type TaskKind, TaskOn, type TaskRun } from './define-task.js';
export { TaskRunner } from './task-runner.js';
export { TaskStore, type TaskView } from './task-store.js';
export { TaskTransport } from './task-transport.js';
export { TasksModule } from './tasks.module.js';
export { Tasks } from './tasks.js';
