import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { Fleet } from '../e2e/support/fleet.js';
import { Corpus, LIMIT_SECONDS } from './corpus.js';
import { summary, table } from './summary.js';

/** `npm run proof:fatal` says how many; a run of the suite proves fewer. */
const PUSHES = Number(process.env['PROOF_PUSHES'] ?? 150);
const SEED = Number(process.env['PROOF_SEED'] ?? 1);
const ROUTERS = Math.min(PUSHES, Number(process.env['PROOF_ROUTERS'] ?? 30));

describe('random pushes, a tenth of them fatal', () => {
  let fleet: Fleet;

  beforeAll(async () => {
    // Looks for drift would write the policy anew where a push changed the same services.
    fleet = await Fleet.start({ SECTION_CHECK_MINUTES: '10080' });
  }, 60_000);
  afterAll(() => fleet.stop());

  it(
    'leave every router reachable, as it was or as it was wished',
    async () => {
      const corpus = await Corpus.make(fleet, SEED, ROUTERS);
      const began = performance.now();
      await corpus.run(PUSHES, (done) => {
        if (process.env['PROOF_PROGRESS'])
          process.stderr.write(`\r${done} of ${PUSHES} pushes, ${Math.round((performance.now() - began) / 1000)} s `);
      });
      const report = summary(corpus.results, { seed: SEED, routers: ROUTERS });
      if (process.env['PROOF_OUTPUT']) writeFileSync(process.env['PROOF_OUTPUT'], `${JSON.stringify(report, null, 2)}\n`);
      if (process.env['PROOF_PROGRESS']) process.stderr.write(`\n${table(report)}\n`);
      expect(report.failures).toEqual([]);
      expect(report.pushes).toBe(PUSHES);
      expect(report.worstSecondsToReachable).toBeLessThanOrEqual(LIMIT_SECONDS);
      expect(report.cutOff).toBeGreaterThan(0);
    },
    60_000 + PUSHES * 5_000,
  );
});
