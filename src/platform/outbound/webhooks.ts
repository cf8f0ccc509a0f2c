import { Injectable } from '@nestjs/common';
import { Clock } from '../clock/clock.js';
import { newId, type RequestContext } from '../context/index.js';
import { Random } from '../crypto/index.js';
import { Database } from '../database/index.js';
import { backoffSeconds, defineTask, Every, Handles, Tasks, type TaskRun } from '../tasks/index.js';
import { OutboundFailed, OutboundHttp, OutboundRefused } from './outbound-http.js';
import { SendingPlaces } from './sending-places.js';
import type { WebhookDelivery } from './webhook-delivery.entity.js';
import { type AttemptOutcome, WebhookDeliveriesAcrossTeams, WebhookDeliveriesRepository } from './webhook-deliveries.repository.js';
import { WebhookSecrets, WebhookSecretsRepository } from './webhook-secrets.js';
import { signatureHeaders } from './webhook-signature.js';

/** How long a message is tried. */
const TRIED_MS = 24 * 3_600_000;
/** The first wait is about eight seconds, and each one twice the one before, up to an hour. */
const FIRST_STEP = 2;
/** A worker that sends is done long before; after it, somebody else may. */
const CLAIM_MS = 60_000;
/** Seconds until somebody who found no place comes again: from the first to the sum. */
const AGAIN = { least: 3, spread: 7 };
const KEPT_MS = 30 * 86_400_000;
const SWEEP_SECONDS = 3600;
const LATE_MS = 1_800_000;
const BATCH = 1000;
/** The receiver wants no more of it (RFC 9110, section 15.5.11). */
const GONE = 410;

const deliverWebhooks = defineTask<{ readonly stream: string }>({ name: 'platform.deliver-webhooks', lane: 'webhooks' });
const keepWebhooks = defineTask<null>({ name: 'platform.keep-webhooks', lane: 'slow' });

export interface WebhookMessage {
  /** A UUID. What has the same arrives in order: the next message is sent when the one before was delivered or given up. */
  readonly stream: string;
  readonly url: string;
  readonly content: object;
}

/**
 * Signed messages to receivers that users named. Written in the transaction of their cause, sent at least once, tried again for
 * a day (docs/webhooks.md).
 */
@Injectable()
export class Webhooks {
  private readonly places = new SendingPlaces();

  constructor(
    private readonly deliveries: WebhookDeliveriesRepository,
    private readonly across: WebhookDeliveriesAcrossTeams,
    private readonly secrets: WebhookSecrets,
    private readonly secretRows: WebhookSecretsRepository,
    private readonly http: OutboundHttp,
    private readonly tasks: Tasks,
    private readonly db: Database,
    private readonly clock: Clock,
    private readonly random: Random,
  ) {}

  /** Leaves a message for delivery, in the context's transaction if it has one, for the context's team. */
  send(ctx: RequestContext, { stream, url, content }: WebhookMessage): Promise<void> {
    return this.db.transaction(ctx, async (ctx) => {
      const now = this.clock.now();
      await this.deliveries.insert(ctx, {
        ...{ id: newId<string>(), stream, url, body: JSON.stringify(content), state: 'waiting', attempts: 0 },
        ...{ lastStatus: null, lastError: null, createdAt: now, nextAttemptAt: now, claimedUntil: null, endedAt: null },
      });
      await this.again(ctx, stream, 0);
    });
  }

  /** What became of the messages of these streams, newest first. */
  ofStreams(ctx: RequestContext, streams: readonly string[], limit: number): Promise<WebhookDelivery[]> {
    return this.deliveries.ofStreams(ctx, streams, limit);
  }

  /** Forgets messages and secret of the context's team, before the team itself goes. */
  async forgetTeam(ctx: RequestContext): Promise<void> {
    await this.deliveries.removeAll(ctx);
    await this.secretRows.removeAll(ctx);
  }

  /** Sends what waits in a stream, in order, until one fails or none is left. */
  @Handles(deliverWebhooks)
  async deliver(ctx: RequestContext, { stream }: { readonly stream: string }, { signal }: TaskRun): Promise<void> {
    for (let goesOn = true; goesOn;) {
      const message = await this.deliveries.first(ctx, stream);
      if (!message) return;
      const wait = message.nextAttemptAt.getTime() - this.clock.millis();
      if (wait > 0) return this.again(ctx, stream, wait / 1000);
      const place = { receiver: receiverOf(message.url), team: ctx.requireTeam() };
      const went = await this.places.use(place, () => this.sendClaimed(ctx, message, signal));
      if (went === undefined) return this.again(ctx, stream, AGAIN.least + this.random.fraction() * AGAIN.spread);
      goesOn = went;
    }
  }

  /** Answers whether the stream goes on at once. */
  private async sendClaimed(ctx: RequestContext, message: WebhookDelivery, signal: AbortSignal): Promise<boolean> {
    const now = this.clock.now();
    const until = new Date(now.getTime() + CLAIM_MS);
    if (!(await this.deliveries.claim(ctx, message.id, now, until))) {
      // Whoever has it goes on with the stream, unless that process dies: then its claim runs out.
      await this.again(ctx, message.stream, CLAIM_MS / 1000);
      return false;
    }
    const outcome = await this.attempt(ctx, message, signal);
    await this.db.transaction(ctx, async (ctx) => {
      await this.deliveries.record(ctx, message.id, outcome, this.clock.now());
      if (outcome.state === 'waiting')
        await this.again(ctx, message.stream, (outcome.nextAttemptAt.getTime() - this.clock.millis()) / 1000);
    });
    return outcome.state !== 'waiting';
  }

  private async attempt(ctx: RequestContext, message: WebhookDelivery, signal: AbortSignal): Promise<AttemptOutcome> {
    const { id, url, body, attempts, createdAt } = message;
    const { secret, previous } = await this.secrets.current(ctx);
    const timestamp = Math.floor(this.clock.millis() / 1000);
    const signed = signatureHeaders({ id, timestamp, body }, previous ? [secret, previous.secret] : [secret]);
    const wait = backoffSeconds(attempts + 1 + FIRST_STEP, this.random.fraction()) * 1000;
    const nextAttemptAt = new Date(this.clock.millis() + wait);
    const isLast = nextAttemptAt.getTime() > createdAt.getTime() + TRIED_MS;
    const failed = (status: number | null, error: string, forGood = false): AttemptOutcome => ({
      ...{ state: forGood || isLast ? 'given-up' : 'waiting', status, error, nextAttemptAt },
    });
    try {
      const status = await this.http.post(url, body, { 'content-type': 'application/json', ...signed }, signal);
      if (status >= 200 && status < 300) return { state: 'delivered', status, error: null, nextAttemptAt };
      return failed(status, answerWords(status), status === GONE);
    } catch (error) {
      if (error instanceof OutboundRefused) return failed(null, error.message, true);
      if (error instanceof OutboundFailed) return failed(null, error.message);
      throw error; // the process stops, or something of ours is wrong: the task is repeated
    }
  }

  private async again(ctx: RequestContext, stream: string, delaySeconds: number): Promise<void> {
    await this.tasks.add(ctx, deliverWebhooks, { stream }, { delaySeconds, dedupeKey: stream });
  }

  /** Forgets what ended long ago, and takes up again what lost its task: one that failed for our own reasons too often. */
  @Every(SWEEP_SECONDS)
  @Handles(keepWebhooks)
  async upkeep(ctx: RequestContext): Promise<void> {
    const late = new Date(this.clock.millis() - LATE_MS);
    for (const { stream, teamId } of await this.across.overdue(ctx, late, BATCH)) await this.again(ctx.forTeam(teamId), stream, 0);
    const before = new Date(this.clock.millis() - KEPT_MS);
    while ((await this.across.removeOld(ctx, before, BATCH)) === BATCH);
  }
}

const receiverOf = (url: string): string => new URL(url).host;

function answerWords(status: number): string {
  if (status >= 300 && status < 400) return `The receiver answered ${status}; redirects are not followed, so give its final address.`;
  return status === GONE ? 'The receiver answered 410: it wants no more messages.' : `The receiver answered ${status}.`;
}
