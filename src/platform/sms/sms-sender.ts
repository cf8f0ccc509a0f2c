import { Injectable } from '@nestjs/common';
import { Clock } from '../clock/clock.js';
import type { RequestContext } from '../context/index.js';
import { AppKeys } from '../crypto/index.js';
import { defineTask, GaveUp, Handles, type TaskRun, Tasks } from '../tasks/index.js';
import { Logger } from '../telemetry/logger.js';
import { SmsCarrier, SmsRefused } from './sms-carrier.js';
import { checkedSms, type Sms } from './sms.js';

/** It stays in the task's row until that is forgotten and may hold a link that proves a number: sealed. */
interface SealedSms {
  readonly sealed: string;
}

interface Unsealed extends Sms {
  readonly writtenAt: string;
}

const PURPOSE = 'sms';

/** An hour or so: an SMS of yesterday helps nobody. */
export const deliverSms = defineTask<SealedSms>({ name: 'platform.deliver-sms', lane: 'mail', maxAttempts: 8 });

/** Sends SMS, one telephone each. */
@Injectable()
export class SmsSender {
  constructor(
    private readonly tasks: Tasks,
    private readonly carrier: SmsCarrier,
    private readonly keys: AppKeys,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  /**
   * Promises the SMS in the context's transaction: it is handed to the provider after the commit, and never after a
   * rollback. A provider that is away is asked again, so that in a rare case the same SMS comes twice; what it refuses for
   * good is logged and ends as a failed task.
   * @throws UnsendableSms
   */
  async send(ctx: RequestContext, sms: Sms): Promise<void> {
    const unsealed: Unsealed = { ...checkedSms(sms), writtenAt: this.clock.now().toISOString() };
    await this.tasks.add(ctx, deliverSms, { sealed: this.keys.seal(JSON.stringify(unsealed), PURPOSE) });
  }

  @Handles(deliverSms)
  async deliver(_ctx: RequestContext, { sealed }: SealedSms, { id, signal }: TaskRun): Promise<void> {
    const { writtenAt, ...sms } = JSON.parse(this.keys.open(sealed, PURPOSE)) as Unsealed;
    const facts = { kind: sms.kind, taskId: id, by: this.carrier.name };
    try {
      await this.carrier.deliver({ ...sms, id, writtenAt: new Date(writtenAt) }, signal);
    } catch (error) {
      if (!(error instanceof SmsRefused)) throw error;
      this.logger.error({ ...facts, answer: error.answer }, 'the SMS provider refused an SMS for good; it is not sent');
      throw new GaveUp(error.message, { cause: error });
    }
    this.logger.info(facts, 'an SMS was handed over');
  }
}
