import { concern, flag, integer } from './variable.js';

export const fleetConfig = concern('Fleet: routers, heartbeats, jobs', {
  ROUTER_CHECK_CERTIFICATE: flag(
    true,
    'With an https PUBLIC_URL: routers verify our certificate. Before RouterOS 7.19 a router has no CA certificates and must import yours first.',
  ),
  SECTION_BUSY_PERCENT: integer(
    50,
    'Share of its time that a process may work before changes of configuration go out to routers little by little, so that heartbeats and people do not wait; 100: never.',
    { min: 10, max: 100 },
  ),
  SECTION_RATE: integer(
    40,
    'How many routers a second a change of configuration goes out to, at the most, each of which then confirms it. Raise it on a machine with more processors.',
    { min: 1, max: 100_000 },
  ),
  SECTION_CHECK_MINUTES: integer(360, 'How often routers are asked whether somebody changed what we configured there.', {
    min: 5,
    max: 10_080,
  }),
  JOB_TIMEOUT_SECONDS: integer(900, 'A job that a router began and never finished fails after this time.', { min: 60, max: 86_400 }),
  JOB_REDELIVER_SECONDS: integer(90, 'A job that was sent and never begun is sent again after this time, at most three times.', {
    min: 35,
    max: 3600,
  }),
  SITE_DELETION_GRACE_HOURS: integer(24, 'How long a deleted site waits for its router to remove our configuration.', { min: 1, max: 720 }),
  ORCHESTRATION_LOG_DAYS: integer(
    90,
    'How long the steps of jobs, sections and tunnels stay readable. They leave the disk a whole week at a time.',
    {
      min: 1,
      max: 3650,
    },
  ),
  DEFAULT_SITE_LIMIT: integer(0, 'Seats of an organization made at first start; 0 means no limit.', { min: 0, max: 1_000_000 }),
});
