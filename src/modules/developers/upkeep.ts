import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock.js';
import type { RequestContext } from '../../platform/context/index.js';
import { defineTask, Every, Handles } from '../../platform/tasks/index.js';
import { AsynchronousRequestsAcrossTeams } from './asynchronous-requests.repository.js';
import { IdempotentRequestsAcrossTeams } from './idempotency.js';

const KEPT_MS = 30 * 86_400_000;
const SWEEP_SECONDS = 3600;
const BATCH = 1000;
const keepDevelopers = defineTask<null>({ name: 'developers.forget-old', lane: 'slow' });

/** Forgets requests that ended thirty days ago, and keys of more than a day ago. */
@Injectable()
export class DeveloperUpkeep {
  constructor(
    private readonly requests: AsynchronousRequestsAcrossTeams,
    private readonly keys: IdempotentRequestsAcrossTeams,
    private readonly clock: Clock,
  ) {}

  @Every(SWEEP_SECONDS)
  @Handles(keepDevelopers)
  async forget(ctx: RequestContext): Promise<void> {
    await this.keys.forget(ctx);
    const before = new Date(this.clock.millis() - KEPT_MS);
    while ((await this.requests.removeOld(ctx, before, BATCH)) === BATCH);
  }
}
