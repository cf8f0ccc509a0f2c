import { codeString, equal, find, get, len, matches, script, seconds, toText, v, type Arguments, type Script } from '../script/index.js';
import { InvalidRenderInput } from './link.js';

/** Something that is on a router for a while: what it is called there, and when the router removes it by itself. */
export interface TransientInput {
  /** UUID; stands in the comments of everything that belongs to it. */
  readonly id: string;
  /** Name of the entry that removes it, and of a login. */
  readonly label: string;
  /** Whole seconds from when the router runs the script, 60 to a day. */
  readonly seconds: number;
  /** Ours in the tunnel, IPv4. */
  readonly managementAddress: string;
}

export interface TransientLoginInput extends TransientInput {
  readonly password: string;
  /** RouterOS user group. */
  readonly group: 'read' | 'write' | 'full';
}

export interface TransientForwardInput extends TransientInput {
  /** Of the router in the tunnel, IPv4. */
  readonly tunnelAddress: string;
  /** Its port there. */
  readonly routerPort: number;
  readonly dstAddress: string;
  readonly dstPort: number;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const LABEL = /^[a-z0-9]+(-[a-z0-9]+)*$/;
const LONGEST = 86_400;
const PREFIX = 'rosfleet:transient:';
/** Where its items may be; the entry goes last, so that a removal that was cut off is done again. */
const MENUS = ['/ip/firewall/filter', '/ip/firewall/nat', '/user', '/system/scheduler'] as const;
const POLICY = ['read', 'write', 'policy', 'test'] as const;

/** A login for a while, from our address in the tunnel only. Running it again makes it anew. */
export function renderTransientLogin(input: TransientLoginInput): Script {
  const { label, password, group, managementAddress } = input;
  return script((s) => {
    s.append(renderTransientRemoval(input));
    s.append(removeLater(input));
    s.add('/user', { name: label, group, password, address: [`${managementAddress}/32`], comment: comment(input) });
  });
}

/**
 * Leads connections from us to a port of the router's tunnel address on to a target behind it. The target answers to the
 * router, whatever its own gateway is, since the router's address stands for ours. The rules stand above those of others.
 */
export function renderTransientForward(input: TransientForwardInput): Script {
  const { managementAddress, tunnelAddress, routerPort, dstAddress, dstPort } = input;
  const flow = { 'src-address': managementAddress, protocol: 'tcp', comment: comment(input) };
  const behind = { ...flow, 'dst-address': dstAddress, 'dst-port': dstPort };
  return script((s) => {
    s.append(renderTransientRemoval(input));
    s.append(removeLater(input));
    s.append(addAtTop('/ip/firewall/filter', { chain: 'forward', action: 'accept', ...behind }));
    s.append(addAtTop('/ip/firewall/nat', { chain: 'srcnat', action: 'masquerade', ...behind }));
    s.append(
      addAtTop('/ip/firewall/nat', {
        ...{ chain: 'dstnat', action: 'dst-nat', ...flow, 'dst-address': tunnelAddress, 'dst-port': routerPort },
        ...{ 'to-addresses': dstAddress, 'to-ports': dstPort },
      }),
    );
  });
}

/** Takes everything of one off the router. Nothing happens where it is gone. */
export function renderTransientRemoval(input: Pick<TransientInput, 'id'>): Script {
  const own = comment(input);
  return script((s) => {
    for (const menu of MENUS) s.remove(menu, find(menu, { comment: own }));
  });
}

/** Takes all of them off: for the removal of a site. */
export const renderTransientClear = (): Script =>
  script((s) => {
    for (const menu of MENUS) s.remove(menu, find(menu, { comment: matches(`^${PREFIX}`) }));
  });

/**
 * The router keeps the time by itself, by its own clock and whatever that shows: the entry starts now and runs for the first
 * time one interval later. Two seconds pass before it is added so that its start lies in the past, where an entry with an
 * interval does not run at once. Date and time are written out because 7.24 to 7.24.4 never fire an entry that has the default
 * ones (changelog).
 */
function removeLater(input: TransientInput): Script {
  if (!Number.isInteger(input.seconds) || input.seconds < 60 || input.seconds > LONGEST)
    throw new InvalidRenderInput('seconds', input.seconds, `a whole number from 60 to ${LONGEST}`);
  if (!LABEL.test(input.label)) throw new InvalidRenderInput('label', input.label, 'lower-case letters, digits and single hyphens');
  return script((s) => {
    s.local('date', get('/system/clock', null, 'date'));
    s.local('time', toText(get('/system/clock', null, 'time')));
    s.delay(seconds(2));
    s.add('/system/scheduler', {
      name: input.label,
      interval: seconds(input.seconds),
      'start-date': v('date'),
      'start-time': v('time'),
      policy: [...POLICY],
      'on-event': codeString(renderTransientRemoval(input)),
      comment: comment(input),
    });
  });
}

function addAtTop(menu: string, args: Arguments): Script {
  return script((s) => {
    s.local('first', '');
    s.foreach('i', find(menu, { dynamic: false }), (s) => s.if(equal(len(v('first')), 0), (s) => s.assign('first', v('i'))));
    s.if(
      equal(len(v('first')), 0),
      (s) => s.add(menu, args),
      (s) => s.add(menu, { ...args, 'place-before': v('first') }),
    );
  });
}

function comment({ id }: Pick<TransientInput, 'id'>): string {
  if (!UUID.test(id)) throw new InvalidRenderInput('id', id, 'a lower-case UUID');
  return PREFIX + id;
}
