/** The proxy of temporary ports in a process of its own: opens as many ports as it is told and says which, and what it used. */
import { connect } from 'node:net';
import { TcpForward } from '../../../src/modules/control-plane/transient/tcp-forward.js';

const [target, count] = process.argv.slice(2).map(Number);

const forwards = await Promise.all(
  Array.from({ length: count! }, () =>
    TcpForward.open({
      ...{ host: '127.0.0.1', port: 0, allows: () => true, mostConnections: 100 },
      ...{ connectMs: 10_000, idleMs: 3_600_000, halfOpenIdleMs: 300_000 },
      dial: () => Promise.resolve(connect({ host: '127.0.0.1', port: target!, allowHalfOpen: true })),
    }),
  ),
);
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  const open = forwards.reduce((sum, forward) => sum + forward.open, 0);
  process.send!({ kind: 'used', cpuMs: (user + system) / 1000, rssMiB: process.memoryUsage().rss / 2 ** 20, open });
});
process.send!({ kind: 'ports', ports: forwards.map(({ port }) => port) });
