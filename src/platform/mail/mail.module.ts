import { Global, Module } from '@nestjs/common';
import { Settings } from '../../config/index.js';
import { HealthChecks } from '../http/index.js';
import { outboxFolder } from '../outbox/index.js';
import { MailCarrier } from './mail-carrier.js';
import { Mailer } from './mailer.js';
import { OutboxCarrier } from './outbox-carrier.js';

@Global()
@Module({
  providers: [
    Mailer,
    {
      provide: MailCarrier,
      inject: [Settings],
      useFactory: async ({ SMTP_URL, DATA_DIR }: Settings): Promise<MailCarrier> =>
        SMTP_URL ? new (await import('./smtp-carrier.js')).SmtpCarrier(SMTP_URL) : new OutboxCarrier(outboxFolder(DATA_DIR)),
    },
  ],
  exports: [Mailer],
})
export class MailModule {
  /** Tells the way mails go, never more: a mail server that is away delays mails and nothing else. */
  constructor(health: HealthChecks, carrier: MailCarrier) {
    health.register('mail', async () => ({ delivery: carrier.name }));
  }
}
