import { concern, integer, text, url } from './variable.js';

const appKey = { pattern: /^[0-9a-f]{64}$/i, why: 'is not 64 hexadecimal digits (32 bytes), as `openssl rand -hex 32` makes them' };

export const storageConfig = concern('Storage: database, queue, secrets', {
  DATA_DIR: text('.rosfleet', 'Folder of the embedded database and of the generated key.', '/var/lib/rosfleet'),
  DATABASE_URL: url(
    undefined,
    'External PostgreSQL 15 or later. Without it a private PostgreSQL runs under DATA_DIR.',
    'postgres://rosfleet:secret@db.example.net:5432/rosfleet',
    ['postgres:', 'postgresql:'],
  ),
  DATABASE_POOL: integer(10, 'Most connections to PostgreSQL of one process.', { min: 2, max: 500 }),
  REDIS_URL: url(
    undefined,
    'Redis for the task queue of several processes. Without it tasks run in this process.',
    'redis://redis.example.net:6379',
    ['redis:', 'rediss:'],
  ),
  AUDIT_RETENTION_DAYS: integer(365, 'Lines of the audit log are deleted after so many days.', { min: 1, max: 36_500 }),
  APP_KEY: text(
    undefined,
    'Key of everything encrypted or signed, 64 hexadecimal digits. Default: made at first start and kept under DATA_DIR.',
    '0123456789abcdef'.repeat(4),
    appKey,
  ),
  APP_KEY_PREVIOUS: text(
    undefined,
    'The key before the last rotation: still accepted, no longer used for anything new.',
    'fedcba9876543210'.repeat(4),
    appKey,
  ),
});
