import { Injectable, type OnModuleInit } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { JobChanged, JobService, SiteService } from '../../fleet/index.js';
import { Clock } from '../../platform/clock/clock.js';
import { newId, type RequestContext, type SiteId } from '../../platform/context/index.js';
import { Database } from '../../platform/database/index.js';
import { ValidationFailed } from '../../platform/errors/index.js';
import { EventBus } from '../../platform/events/index.js';
import { OutboundHttp, type WebhookDelivery, Webhooks } from '../../platform/outbound/index.js';
import type { AsynchronousRequest } from './asynchronous-request.entity.js';
import { AsynchronousRequestsRepository } from './asynchronous-requests.repository.js';
import { Idempotency } from './idempotency.js';

/** Requests whose notices are shown. */
const NOTICES_OF = 100;

export interface ScriptWish {
  readonly description: string;
  readonly script: string;
  readonly makeBackup: boolean;
  readonly expressExecute: boolean;
  readonly needsAcknowledgement: boolean;
  readonly notifyUrl: string | null;
}

/** Of jobs that came through here. */
const ORIGIN = 'developers';

/** Of the states of a job, those that are told, in the words of the contract. */
const TOLD: Readonly<Record<string, 'busy' | 'done' | 'fail'>> = { busy: 'busy', done: 'done', failed: 'fail' };

export interface NoticeOfRequest {
  readonly request: AsynchronousRequest;
  readonly delivery: WebhookDelivery;
}

/** Scripts that programs hand in, and the notices of what became of them. */
@Injectable()
export class AsynchronousService implements OnModuleInit {
  constructor(
    private readonly requests: AsynchronousRequestsRepository,
    private readonly idempotency: Idempotency,
    private readonly jobs: JobService,
    private readonly sites: SiteService,
    private readonly webhooks: Webhooks,
    private readonly outbound: OutboundHttp,
    private readonly events: EventBus,
    private readonly db: Database,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    // Inside: what a job came to and the notice of it are one, and `busy` is written before `done`.
    this.events.listenInside(
      JobChanged,
      (ctx, event) => this.jobChanged(ctx, event as JobChanged),
      (event) => (event as JobChanged).origin === ORIGIN,
    );
  }

  /**
   * Queues a script as a job. The same key with the same content answers the first acceptance.
   * @throws SiteNotFound, SiteBeingDeleted, BackupUnavailable, ValidationFailed, IdempotencyKeyReused, RequestInProgress
   */
  async accept(ctx: RequestContext, siteId: SiteId, wish: ScriptWish, key?: string): Promise<AsynchronousRequest> {
    const problem = wish.notifyUrl === null ? undefined : this.outbound.problem(wish.notifyUrl);
    if (problem) throw new ValidationFailed({ notify_url: [`notify_url ${problem}`] });
    const { description, script, makeBackup, expressExecute, needsAcknowledgement, notifyUrl } = wish;
    return this.db.transaction(ctx, async (ctx) => {
      await this.sites.getLiving(ctx, siteId);
      const content = { description, script, makeBackup, expressExecute, needsAcknowledgement, notifyUrl };
      const id = await this.idempotency.once(ctx, { siteId, operation: 'asynchronous', key, content }, async () => {
        const idempotencyKey = randomUUID();
        const job = await this.jobs.create(ctx, siteId, {
          ...{ idempotencyKey, description, script, needsAcknowledgement, shouldBackup: makeBackup, expressExecute, origin: ORIGIN },
        });
        const request = await this.requests.insert(ctx, {
          ...{ id: newId<string>(), siteId, jobId: job.id, idempotencyKey, notifyUrl, acceptedAt: this.clock.now(), finishedAt: null },
        });
        return request.id;
      });
      return (await this.requests.findById(ctx, id))!;
    });
  }

  /** Notices of the newest requests of a site, newest first, at most `limit`. @throws SiteNotFound */
  async notices(ctx: RequestContext, siteId: SiteId, limit: number): Promise<NoticeOfRequest[]> {
    await this.sites.require(ctx, siteId);
    const requests = new Map((await this.requests.withNotices(ctx, siteId, NOTICES_OF)).map((request) => [request.id, request]));
    const deliveries = await this.webhooks.ofStreams(ctx, [...requests.keys()], limit);
    return deliveries.map((delivery) => ({ delivery, request: requests.get(delivery.stream)! }));
  }

  private async jobChanged(ctx: RequestContext, { teamId, siteId, jobId, state, at }: JobChanged): Promise<void> {
    const status = TOLD[state];
    if (!status) return;
    const team = ctx.forTeam(teamId);
    const request = await this.requests.ofJob(team, jobId);
    if (!request) return;
    if (status !== 'busy') await this.requests.change(team, request.id, { finishedAt: at });
    const { id, notifyUrl, idempotencyKey } = request;
    if (notifyUrl === null) return;
    const content = { idempotency_key: idempotencyKey, request_id: id, target: siteId, status, date: at.toISOString() };
    await this.webhooks.send(team, { stream: id, url: notifyUrl, content });
  }
}
