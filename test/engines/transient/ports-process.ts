/**
 * A management server's process as far as temporary ports go, for a namespace of its own: the real ports and the real way
 * into the tunnel, with openings in memory and a clock that is turned. It is told what to do through a socket, one line of
 * JSON a command, and answers each with one.
 */
import { createInterface } from 'node:readline';
import { createServer } from 'node:net';
import { PortsHere } from '../../../src/modules/control-plane/transient/ports-here.js';
import type { Opening } from '../../../src/modules/control-plane/transient/opening.entity.js';
import { TunnelDial } from '../../../src/modules/control-plane/live/router-dial.js';
import { FrozenClock } from '../../../src/platform/clock/clock.js';
import { Random } from '../../../src/platform/crypto/index.js';
import { Logger } from '../../../src/platform/telemetry/logger.js';

export type Command =
  | { do: 'open'; id: string; port: number; cidr: string; routerPort: number; seconds: number }
  | { do: 'end'; id: string }
  | { do: 'advance'; seconds: number }
  | { do: 'notes' };

const [socket = '', managementAddress = '', routerAddress = ''] = process.argv.slice(2);
const clock = new FrozenClock();
const openings = new Map<string, Opening>();
const notes: unknown[] = [];

const store = {
  ofServer: (_ctx: unknown, _server: string, now: Date) =>
    Promise.resolve([...openings.values()].filter((opening) => !opening.endedAt && opening.expiresAt > now)),
  listening: () => Promise.resolve(),
  count: (_ctx: unknown, id: string, counts: Record<'connections' | 'refused' | 'bytesIn' | 'bytesOut', number>) => {
    const opening = openings.get(id)!;
    for (const [name, more] of Object.entries(counts) as [keyof typeof counts, number][])
      opening[name] = String(Number(opening[name]) + more);
    return Promise.resolve(true);
  },
  takeUnreported: (_ctx: unknown, _now: Date, { id }: { id: string }) => Promise.resolve([openings.get(id)!]),
};
const settings = {
  ...{ MGMT_TUNNEL_SERVER_ID: 'tunnel-1', TRANSIENT_PUBLIC_HOST: 'tunnel-1', TRANSIENT_HOST: '0.0.0.0' },
  TRANSIENT_PORTS: { first: 40_000, last: 49_999 },
};
const ports = new PortsHere(
  store as never,
  { reach: () => Promise.resolve(routerAddress) } as never,
  { off: undefined },
  new TunnelDial({ managementAddress } as never),
  { note: (_ctx: unknown, note: unknown) => void notes.push(note) } as never,
  settings as never,
  clock,
  new Random(),
  new Logger('info'),
);

async function obey(command: Command): Promise<unknown> {
  switch (command.do) {
    case 'open': {
      const { id, port, cidr, routerPort, seconds } = command;
      openings.set(id, {
        ...{ id, siteId: id, teamId: id, kind: 'ssh', serverId: 'tunnel-1', entryPoint: 'tunnel-1', port, label: id, routerPort },
        ...{ allowOnlyCidr: cidr, allowRfc1918: false, listenedAt: null, endedAt: null, revokedEarly: false },
        ...{ expiresAt: new Date(clock.millis() + seconds * 1000), connections: '0', refused: '0', bytesIn: '0', bytesOut: '0' },
      } as unknown as Opening);
      return ports.look();
    }
    case 'end':
      Object.assign(openings.get(command.id)!, { endedAt: clock.now(), revokedEarly: true });
      return ports.cut(command.id);
    case 'advance':
      return clock.advance(command.seconds * 1000);
    case 'notes':
      return notes;
  }
}

ports.onApplicationBootstrap();
createServer((client) => {
  createInterface({ input: client }).on('line', (line) => {
    void obey(JSON.parse(line) as Command).then((answer) => client.write(`${JSON.stringify(answer ?? null)}\n`));
  });
}).listen(socket);
