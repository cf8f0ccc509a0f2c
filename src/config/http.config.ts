import { concern, flag, integer, oneOf, text, url } from './variable.js';

export const httpConfig = concern('HTTP: where the API listens and what others call it', {
  HOST: text('127.0.0.1', 'Address to listen on; 0.0.0.0 accepts routers from the network.', '0.0.0.0'),
  PORT: integer(8080, 'TCP port to listen on; 0 picks a free one.', { min: 0, max: 65535 }),
  PUBLIC_URL: url(
    undefined,
    'URL under which routers and browsers reach this server. Default: http://127.0.0.1:PORT.',
    'https://fleet.example.net',
    ['http:', 'https:'],
  ),
  PORTAL_URL: url(undefined, 'URL of the web portal, for links to a site. Default: PUBLIC_URL.', 'https://portal.example.net', [
    'http:',
    'https:',
  ]),
  TRUST_PROXY: flag(false, 'Believe X-Forwarded-For and X-Forwarded-Proto; only behind a reverse proxy that sets them.'),
  LOG_LEVEL: oneOf(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], 'info', 'Least severity that is logged.'),
});
