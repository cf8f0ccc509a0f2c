import { concern, integer, text } from './variable.js';

export const identityConfig = concern('Identity: first administrator, tokens', {
  ROSFLEET_ADMIN_EMAIL: text('admin@rosfleet.local', 'E-mail address of the administrator made at first start.', 'noc@example.net', {
    pattern: /^[^\s@]+@[^\s@]+$/,
    why: 'is not an e-mail address',
  }),
  ROSFLEET_ADMIN_PASSWORD: text(
    undefined,
    'Password of that administrator. Default: a one-time password, printed once.',
    'Correct-Horse-7',
    {
      pattern: /^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)(?=.*[^A-Za-z0-9]).{8,}$/,
      why: 'is not at least 8 characters with upper case, lower case, digit and special character',
    },
  ),
  JWT_TTL_SECONDS: integer(900, 'Life of a JWT traded for an API credential.', { min: 60, max: 86_400 }),
  INTERNAL_TOKEN: text(
    undefined,
    'Bearer token of calling services (x-auth internal), 32 characters or more. Default: made at first start and kept under DATA_DIR.',
    'a-long-random-text-of-at-least-32-chars',
    {
      pattern: /^[\x21-\x7e]{32,}$/,
      why: 'is not at least 32 printable characters without blanks',
    },
  ),
});
