export { type Sms, UnsendableSms } from './sms.js';
export { SmsModule } from './sms.module.js';
export { SmsSender } from './sms-sender.js';
