import { ended, message, startChild } from './support/children.js';
import { Generator } from './support/generator-client.js';
import { cpuSeconds, Installation } from './support/installation.js';
import { benchmark, progress, rounded } from './support/report.js';
import { seedSites } from './support/routers.js';
const sites = Number(process.argv[2] ?? 50);
await benchmark('lab', async (undo) => {
  const installation = await Installation.make(undo);
  const teamId = await installation.offline((db) => seedSites(db, sites));
  const bare = startChild('test/bench/support/bare-server.js');
  undo.push(() => (bare.kill(), ended(bare)));
  const { port: barePort } = await message<{ kind: 'listening'; port: number }>(bare, 'listening');
  const app = await installation.start();
  const modes = (process.argv[3] ?? '0,1').split(',');
  const gens = new Map<string, Generator>();
  for (const m of modes) gens.set(m, await Generator.start(undo, { GATHER: m }));
  for (let r = 0; r < Number(process.argv[4] ?? 4); r++)
    for (const m of modes)
      for (const [name, port, pid] of [['bare', barePort, bare.pid!], ['app', app.port, app.pid]] as const) {
        const before = cpuSeconds(pid);
        const x = await gens.get(m)!.load({ port, teamId, routers: sites, connections: 128, warmUpSeconds: 0.5, seconds: 2.5 });
        progress(`${name} gather=${m} ${rounded(x.requestsPerSecond)} rps ${rounded(((cpuSeconds(pid) - before) * 1e6) / x.answered, 1)} us`);
      }
  return { targets: {} };
});
