import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock.js';
import { type JobId, RequestContext } from '../../platform/context/index.js';
import { SignedUrls, uuidToBase62 } from '../../platform/crypto/index.js';
import { Database, sqlState } from '../../platform/database/index.js';
import { EventBus } from '../../platform/events/index.js';
import { parseHeartbeat } from '../../routeros/heartbeat/index.js';
import { answerLimitBytes, renderJob, renderRemoval } from '../../routeros/render/index.js';
import { JobChanged } from '../events.js';
import type { DeviceIdentity } from '../poll/device-tokens.js';
import { DeviceTokens } from '../poll/device-tokens.js';
import { WorkHints } from '../poll/work-hints.js';
import { RouterLinks } from '../router-links.js';
import { JobService } from './job.service.js';
import type { JobState } from './job-state.js';

interface Claimed {
  readonly id: JobId;
  readonly script: string;
  readonly state: JobState;
  readonly remaining: number;
}

interface Standing {
  readonly generation: number;
  readonly leaving: boolean;
  readonly version: string | null;
}

const UNIQUE_VIOLATION = '23505';

/** Decides what a router that polls gets: its next job, the removal of what is ours, or nothing. */
@Injectable()
export class JobDispatch {
  constructor(
    private readonly db: Database,
    private readonly hints: WorkHints,
    private readonly urls: SignedUrls,
    private readonly tokens: DeviceTokens,
    private readonly links: RouterLinks,
    private readonly jobs: JobService,
    private readonly events: EventBus,
    private readonly clock: Clock,
  ) {}

  /** The script for the router's answer, empty when there is nothing to do. At most one job is in flight. */
  async next(ctx: RequestContext, device: DeviceIdentity, body: string): Promise<string> {
    this.hints.clearWork(device.siteId); // before we look: a wish that arrives meanwhile sets it again
    const standing = await this.standing(device);
    if (!standing) return this.removal(device, parseHeartbeat(body).version ?? '');
    if (standing.generation !== device.generation) {
      this.hints.revoke(device.siteId, device.generation);
      return '';
    }
    if (standing.leaving) {
      this.hints.addWork(device.siteId); // until it confirms, each poll brings the removal again
      return this.removal(device, standing.version ?? '');
    }
    const job = await this.claim(ctx, device);
    if (!job) return '';
    const script = this.wrap(job, standing.version ?? '');
    const limit = answerLimitBytes(standing.version ?? '');
    if (Buffer.byteLength(script) <= limit) return script;
    await this.jobs.signal(
      job.id,
      'fail',
      `With its wrapper this script has ${Buffer.byteLength(script)} bytes; RouterOS ${standing.version} reads at most ${limit} from an answer. Split it, or upgrade the router.`,
    );
    return '';
  }

  private async standing(device: DeviceIdentity): Promise<Standing | undefined> {
    const rows = await this.db.query<Standing>(
      RequestContext.device(device.siteId, device.teamId),
      `SELECT device_generation AS generation, deletion_requested_at IS NOT NULL AS leaving, software_version AS version FROM site WHERE id = $1 AND team_id = $2`,
      [device.siteId, device.teamId],
    );
    return rows[0];
  }

  /** Takes the oldest waiting job, in one statement; two polls at the same instant get it once. */
  private async claim(ctx: RequestContext, device: DeviceIdentity): Promise<Claimed | undefined> {
    try {
      return await this.db.transaction(ctx, async (ctx) => {
        const now = this.clock.now();
        const [job] = await this.db.query<Claimed>(ctx, CLAIM, [device.siteId, now]);
        if (!job) return undefined;
        if (job.remaining > 0) this.db.afterCommit(ctx, () => this.hints.addWork(device.siteId));
        await this.events.publish(ctx, new JobChanged(device.teamId, device.siteId, job.id, job.state, now));
        return job;
      });
    } catch (error) {
      if (sqlState(error) === UNIQUE_VIOLATION) return undefined; // the other poll was first
      throw error;
    }
  }

  private wrap(job: Claimed, version: string): string {
    const status = (status: 'busy' | 'done' | 'fail'): string => this.urls.sign(`/job/${job.id}/update`, { status });
    return renderJob({
      ...{ link: this.links.link, version, token: uuidToBase62(job.id), payload: job.script, remaining: job.remaining },
      ...{ busyUrl: status('busy'), doneUrl: status('done'), failUrl: status('fail') },
    }).toString();
  }

  private removal(device: DeviceIdentity, version: string): string {
    const notifyUrl = this.urls.sign('/notify/delete', { site: device.siteId });
    return renderRemoval({ link: this.links.link, version, notifyUrl, deviceToken: this.tokens.issue(device) }).toString();
  }
}

const CLAIM = `
UPDATE job SET deliveries = deliveries + 1, sent_at = $2,
  state = CASE WHEN needs_acknowledgement THEN 'sent' ELSE 'done' END,
  started_at = CASE WHEN needs_acknowledgement THEN NULL ELSE $2::timestamptz END,
  completed_at = CASE WHEN needs_acknowledgement THEN NULL ELSE $2::timestamptz END
WHERE id = (SELECT id FROM job WHERE site_id = $1 AND state = 'pending'
              AND NOT EXISTS (SELECT FROM job f WHERE f.site_id = $1 AND f.state IN ('sent', 'busy'))
            ORDER BY created_at, id LIMIT 1 FOR UPDATE)
  AND state = 'pending'
RETURNING id, script, state, (SELECT count(*)::int FROM job w WHERE w.site_id = $1 AND w.state = 'pending') - 1 AS remaining`;
