export { DataFolderInUse, lockDataFolder, ownerOf } from './data-folder-lock.js';
export { keptSecret } from './data-folder.js';
export { EmbeddedPostgres, type EmbeddedOptions } from './embedded-postgres.js';
