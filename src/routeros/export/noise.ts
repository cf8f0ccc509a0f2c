import type { ExportCommand } from './export.js';

/**
 * Properties that say what happened and not what was wished: no command of RouterOS sets them. Exports leave them out, except
 * for a release now and then that does not.
 */
const STATE = new Set([
  ...['active', 'inactive', 'invalid', 'running', 'status', 'since', 'uptime', 'dynamic', 'creation-time'],
  ...['run-count', 'last-started', 'next-run', 'last-seen', 'last-logged-in', 'expires-after', 'last-link-up-time', 'last-link-down-time'],
  ...['bytes-in', 'bytes-out', 'packets-in', 'packets-out', 'rx-byte', 'tx-byte', 'rx-packet', 'tx-packet', 'rx', 'tx', 'counters', 'hits'],
]);
const MORE_STATE: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  ['/ip/firewall/filter', '/ip/firewall/nat', '/ip/firewall/mangle', '/ip/firewall/raw', '/queue/simple', '/queue/tree'].map((menu) => [
    menu,
    new Set(['bytes', 'packets']),
  ]),
);

/** Whether a property is a counter or a state, and so no configuration. */
export const isState = (menu: string, property: string): boolean => STATE.has(property) || (MORE_STATE.get(menu)?.has(property) ?? false);

const SERIAL_NAME = /^(serial|usb)\d+$/;
const NUMBER = /^\*?[0-9A-F]+$/;
const PPP_NAME = /^<(pppoe|pptp|l2tp|ovpn|sstp|ppp)-.*>$/;

/**
 * Whether a command is no configuration:
 * - a serial port that only says its name again (`/port set 0 name=serial0`): these come and go with each start;
 * - a dynamic item, which the router made itself: `dynamic=yes`, or named after a PPP session (`<l2tp-user>`).
 */
export function isNoise({ menu, selector, properties, flags }: ExportCommand): boolean {
  if (menu === '/port' && selector !== null && properties.size === 1 && flags.length === 0) {
    return NUMBER.test(selector.text) && SERIAL_NAME.test(properties.get('name') ?? '');
  }
  return properties.get('dynamic') === 'yes' || PPP_NAME.test(properties.get('name') ?? '');
}
