/** The face of configuration backups. */
export { BackupService, type ReadBackup } from './backup.service.js';
export { BackupsModule } from './backups.module.js';
export { BackupTaken } from './events.js';
