import { concern, flag, integer, list, text, type Variable } from './variable.js';

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
  REGISTRATION: flag(true, 'Anybody may register an account. When false, people come by invitation or are added by an administrator.'),
  PORTAL_REDIRECT_URIS: list(
    'More redirect URIs of the single-page app (client rosfleet-portal), beside PORTAL_URL/app/callback and PORTAL_URL/app/silent-renew (without /app too, when the portal has a host of its own).',
    'http://localhost:5173/callback',
    { check: isWebUrl, why: 'is not an http or https URL without a fragment' },
  ),
  CORS_ORIGINS: list(
    'Origins of web pages that may call the API, beside that of PORTAL_URL and of PORTAL_REDIRECT_URIS.',
    'https://tools.example.net',
    { check: (item) => URL.canParse(item) && new URL(item).origin === item, why: 'is not an origin such as https://tools.example.net' },
  ),
  ACCESS_TOKEN_SECONDS: integer(3600, 'Life of the access and ID tokens that the OpenID provider issues.', { min: 60, max: 86_400 }),
  SIGNING_KEY_DAYS: integer(90, 'Age at which the key that signs tokens is replaced; the one before verifies for two more days.', {
    min: 1,
    max: 3650,
  }),
  JWT_TTL_SECONDS: integer(900, 'Life of a JWT traded for an API credential.', { min: 60, max: 86_400 }),
  INTERNAL_TOKEN: serviceToken(
    'Bearer token of calling services (x-auth internal), 32 characters or more. Default: made at first start and kept under DATA_DIR.',
  ),
  INTERNAL_TOKEN_PREVIOUS: serviceToken('The token before the last rotation: still accepted until every service has the new one.'),
  SITE_INTERNAL_TOKEN: serviceToken(
    'Bearer token of the services of the sites, for seat counts. Default: made at first start and kept under DATA_DIR.',
  ),
  SITE_INTERNAL_TOKEN_PREVIOUS: serviceToken('That token before its last rotation: still accepted.'),
});

function serviceToken(describe: string): Variable<string | undefined> {
  return text(undefined, describe, 'a-long-random-text-of-at-least-32-chars', {
    pattern: /^[\x21-\x7e]{32,}$/,
    why: 'is not at least 32 printable characters without blanks',
  });
}

function isWebUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol) && !text.includes('#');
}
