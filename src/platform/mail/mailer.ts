import { Injectable } from '@nestjs/common';
import { domainToASCII } from 'node:url';
import { Settings } from '../../config/index.js';
import { Clock } from '../clock/clock.js';
import type { RequestContext } from '../context/index.js';
import { AppKeys } from '../crypto/index.js';
import { defineTask, GaveUp, Handles, type TaskRun, Tasks } from '../tasks/index.js';
import { Logger } from '../telemetry/logger.js';
import { checkedMail, type Mail } from './mail.js';
import { MailCarrier, MailRefused } from './mail-carrier.js';

/** The mail stays in the task's row until it is forgotten and may hold links that open accounts: sealed. */
interface SealedMail {
  readonly sealed: string;
}

interface Unsealed extends Mail {
  readonly writtenAt: string;
}

const PURPOSE = 'mail';

/** Forty attempts, at last one an hour, are about a day: a mail server that is down overnight loses nothing. */
export const deliverMail = defineTask<SealedMail>({ name: 'platform.deliver-mail', lane: 'mail', maxAttempts: 40 });

/** Sends mails, one person each. */
@Injectable()
export class Mailer {
  constructor(
    private readonly tasks: Tasks,
    private readonly carrier: MailCarrier,
    private readonly keys: AppKeys,
    private readonly settings: Settings,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  /**
   * Promises the mail in the context's transaction: it is delivered at least once after the commit, and never after a
   * rollback. A server that is away or says «later» (4yz) is asked again for about a day; what it refuses for good
   * (5yz) is logged and ends as a failed task.
   * @throws UnsendableMail when a field could not stand in a mail
   */
  async send(ctx: RequestContext, mail: Mail): Promise<void> {
    const unsealed: Unsealed = { ...checkedMail(mail), writtenAt: this.clock.now().toISOString() };
    await this.tasks.add(ctx, deliverMail, { sealed: this.keys.seal(JSON.stringify(unsealed), PURPOSE) });
  }

  @Handles(deliverMail)
  async deliver(_ctx: RequestContext, { sealed }: SealedMail, { id, signal }: TaskRun): Promise<void> {
    const { writtenAt, ...mail } = JSON.parse(this.keys.open(sealed, PURPOSE)) as Unsealed;
    const from = this.settings.MAIL_FROM;
    // The same at every attempt: a receiver that has the mail already can tell.
    const messageId = `${id}@${domainToASCII(from.address.slice(from.address.lastIndexOf('@') + 1)) || 'localhost'}`;
    const facts = { kind: mail.kind, taskId: id, by: this.carrier.name };
    try {
      await this.carrier.deliver({ ...mail, from, messageId, writtenAt: new Date(writtenAt) }, signal);
    } catch (error) {
      if (!(error instanceof MailRefused)) throw error;
      this.logger.error({ ...facts, answer: error.answer }, 'the mail server refused a mail for good; it is not sent');
      throw new GaveUp(error.message, { cause: error });
    }
    this.logger.info(facts, 'a mail was handed over');
  }
}
