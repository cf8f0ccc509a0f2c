export { type Letter, letter } from './letter.js';
export type { Mail } from './mail.js';
export { Mailer } from './mailer.js';
export { MailModule } from './mail.module.js';
export { isMailAddress, type Mailbox, oneLine, UnsendableMail } from './mailbox.js';
export { outboxFolder } from '../outbox/index.js';
