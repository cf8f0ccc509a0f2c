import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock.js';
import type { RequestContext } from '../../platform/context/index.js';
import { defineTask, Every, Handles } from '../../platform/tasks/index.js';
import { FaultsAcrossTeams } from './faults.repository.js';

const KEPT_MONTHS = 14;
const DAY_SECONDS = 86_400;
const BATCH = 1000;
const forgetFaults = defineTask<null>({ name: 'faults.forget-old', lane: 'slow' });

/** Fourteen months after it began a fault is forgotten (contract/notes/faults.md), unless it is still open. */
@Injectable()
export class FaultRetention {
  constructor(
    private readonly faults: FaultsAcrossTeams,
    private readonly clock: Clock,
  ) {}

  @Every(DAY_SECONDS)
  @Handles(forgetFaults)
  async forget(ctx: RequestContext): Promise<void> {
    const before = this.clock.now();
    before.setUTCMonth(before.getUTCMonth() - KEPT_MONTHS);
    while ((await this.faults.removeOld(ctx, before, BATCH)) === BATCH);
  }
}
