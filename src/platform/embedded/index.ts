export { keptSecret } from './data-folder.js';
export { EmbeddedPostgres, type EmbeddedOptions } from './embedded-postgres.js';
