import { UnsupportedByVirtualRouter } from '../errors.js';
import { RosIp, RosPrefix } from '../values/address.js';
import { propertyText } from '../menus/property-types.js';
import { NOTHING } from '../values/value.js';
import type { ConfigItem } from '../menus/config-item.js';

/** A packet that the router itself sends or takes, as the filter sees it. Addresses are IPv4. */
export interface Packet {
  readonly chain: 'input' | 'output';
  readonly source: string;
  readonly destination: string;
  readonly protocol: 'tcp' | 'udp';
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** The interface that it came in by or goes out by. */
  readonly interface: string;
  readonly state: 'new' | 'established';
}

/** A property as a command line would say it (`yes`, `a,b`); empty when the item has none. */
export function property(item: ConfigItem, name: string): string {
  const value = item.get(name);
  return value === NOTHING ? '' : propertyText(value);
}

export const isOff = (item: ConfigItem): boolean => property(item, 'disabled') === 'yes';

/** @throws UnsupportedByVirtualRouter for text that is no IPv4 address */
export function address(text: string): RosIp {
  const parsed = RosIp.parse(text);
  if (!parsed) throw new UnsupportedByVirtualRouter(`the address ${text}`);
  return parsed;
}

/**
 * Whether an address is the one, in the prefix or in the range `from-to` that a rule or list names.
 * @throws UnsupportedByVirtualRouter for anything else, names included
 */
export function covers(text: string, one: string): boolean {
  const range = text.split('-');
  if (range.length === 2) {
    const value = address(one).value;
    return address(range[0]!).value <= value && value <= address(range[1]!).value;
  }
  const prefix = RosPrefix.parse(text);
  return prefix ? prefix.contains(address(one)) : address(text).value === address(one).value;
}

/** Whether a port is in `22,80,8000-8010`. @throws UnsupportedByVirtualRouter for another notation */
export function portListed(text: string, port: number): boolean {
  return text.split(',').some((part) => {
    const [from, to = from] = part.split('-');
    if (!/^\d+$/.test(from!) || !/^\d+$/.test(to!)) throw new UnsupportedByVirtualRouter(`the port ${part}`);
    return Number(from) <= port && port <= Number(to);
  });
}
