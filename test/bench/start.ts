/**
 * From starting the process to its line `ready`, on an initialised data folder; once more after kill -9.
 *
 *   npm run bench:start -- [--rounds 5] [--sites 10000]
 */
import { parseArgs } from 'node:util';
import { Installation } from './support/installation.js';
import { atMost, benchmark, median, progress, rounded } from './support/report.js';
import { seedSites } from './support/routers.js';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '5' }, sites: { type: 'string', default: '10000' } } });

await benchmark('start', async (undo) => {
  const installation = await Installation.make(undo);
  await installation.offline((db) => seedSites(db, Number(values.sites)));
  const readyMs: number[] = [];
  for (let round = 1; round <= Number(values.rounds); round++) {
    const app = await installation.start();
    readyMs.push(rounded(app.readyMs));
    progress(`ready after ${readyMs.at(-1)} ms`);
    if (round < Number(values.rounds)) await app.stop();
    else await app.kill();
  }
  const recovered = await installation.start();
  progress(`after kill -9: ready after ${rounded(recovered.readyMs)} ms`);
  await recovered.stop();
  return {
    targets: { medianReadyMs: atMost(3000, median(readyMs)) },
    readyMs,
    afterKillMs: rounded(recovered.readyMs),
    sites: Number(values.sites),
  };
});
