import { concern, flag, integer, oneOf, text, type Variable } from './variable.js';

const HOST = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/i;
const SPAN = /^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)$/;

/** Hours of a day, in minutes after midnight. One that ends before it begins goes over midnight. */
export interface DailyWindow {
  readonly from: number;
  readonly minutes: number;
}

const window: Variable<DailyWindow> = {
  describe: 'When the daily backups are taken, in UTC. Sites are spread over the whole of it.',
  example: '01:00-05:00',
  fallback: { from: 60, minutes: 240 },
  parse: (raw) => {
    const [, ...parts] = SPAN.exec(raw) ?? [];
    if (parts.length !== 4) throw new Error('is not a span such as 01:00-05:00');
    const [h1, m1, h2, m2] = parts.map(Number) as [number, number, number, number];
    const from = h1 * 60 + m1;
    return { from, minutes: (h2 * 60 + m2 - from + 1440) % 1440 || 1440 };
  },
};

export const backupsConfig = concern('Backups of routers', {
  BACKUP_DAILY: flag(true, 'Takes a backup of every site that is online once a day.'),
  BACKUP_WINDOW: window,
  BACKUP_AT_ADOPTION: flag(true, 'Takes a backup of every router that is adopted.'),
  BACKUP_KEEP_DAYS: integer(30, 'Every version of a configuration is kept for so many days;', { min: 1, max: 36_500 }),
  BACKUP_KEEP_WEEKS: integer(26, 'after that the newest of each week, for so many weeks;', { min: 0, max: 5200 }),
  BACKUP_KEEP_MONTHS: integer(36, 'and after that the newest of each month, for so many months. The newest of a site is always kept.', {
    min: 0,
    max: 1200,
  }),
  BACKUP_MAX_MB: integer(32, 'Largest export that is taken, in megabytes of 1,048,576 bytes.', { min: 1, max: 512 }),
  SFTP: oneOf(
    ['auto', 'on', 'off'],
    'auto',
    'Whether this process takes backups by SFTP. auto: where it can listen, else it does without. on: without it the start fails. Without SFTP routers upload over HTTPS, which needs RouterOS 7.13.',
  ),
  SFTP_HOST: text('0.0.0.0', 'Address that the SFTP server listens on.', '192.0.2.10'),
  SFTP_PORT: integer(8022, 'TCP port that the SFTP server listens on; 0 takes a free one.', { min: 0, max: 65_535 }),
  SFTP_PUBLIC_HOST: text(undefined, 'Name or address under which routers reach it. Default: the host of PUBLIC_URL.', 'sftp.example.net', {
    pattern: HOST,
    why: 'is neither a host name nor an IPv4 address',
  }),
  SFTP_PUBLIC_PORT: integer(0, 'Port under which routers reach it, where that is another one; 0 means SFTP_PORT.', { min: 0, max: 65_535 }),
});
