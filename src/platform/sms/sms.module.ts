import { Global, Module } from '@nestjs/common';
import { Settings } from '../../config/index.js';
import { HealthChecks } from '../http/index.js';
import { outboxFolder } from '../outbox/index.js';
import { SmsCarrier } from './sms-carrier.js';
import { SmsOutboxCarrier } from './sms-outbox-carrier.js';
import { SmsSender } from './sms-sender.js';
import { TwilioCarrier } from './twilio-carrier.js';

@Global()
@Module({
  providers: [
    SmsSender,
    {
      provide: SmsCarrier,
      inject: [Settings],
      useFactory: ({
        SMS_TWILIO_ACCOUNT_SID: accountSid,
        SMS_TWILIO_AUTH_TOKEN: authToken,
        SMS_FROM: from,
        DATA_DIR,
      }: Settings): SmsCarrier =>
        accountSid && authToken && from ? new TwilioCarrier({ accountSid, authToken, from }) : new SmsOutboxCarrier(outboxFolder(DATA_DIR)),
    },
  ],
  exports: [SmsSender],
})
export class SmsModule {
  constructor(health: HealthChecks, carrier: SmsCarrier) {
    health.register('sms', async () => ({ delivery: carrier.name }));
  }
}
