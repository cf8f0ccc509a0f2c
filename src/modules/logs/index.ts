/** The face of the log search. */
export { LogsModule } from './logs.module.js';
