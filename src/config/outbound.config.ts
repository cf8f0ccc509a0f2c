import { concern, flag, list } from './variable.js';
import { IpNetwork } from '../platform/net/index.js';

const NAME = /^(\*\.)?[a-z0-9]([a-z0-9-]{0,62})(\.[a-z0-9]([a-z0-9-]{0,62}))*$/i;

function isReceiver(item: string): boolean {
  if (!/^[\d.]+(\/|$)|:/.test(item)) return NAME.test(item);
  try {
    IpNetwork.parse(item);
    return true;
  } catch {
    return false;
  }
}

export const outboundConfig = concern('Webhooks: calls to addresses that users name', {
  WEBHOOK_ALLOW: list(
    'Receivers that may be called although their addresses are not public: networks, names, and names beyond a domain (*.lan).',
    '10.20.0.0/16,hooks.lan',
    { check: isReceiver, why: 'is neither a network such as 10.20.0.0/16, without bits beyond its prefix, nor a host name' },
  ),
  WEBHOOK_HTTP: flag(false, 'Call receivers over plain http too, where anybody on the way can read what is sent.'),
});
