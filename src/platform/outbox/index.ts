export { isMessageKind, Outbox, OUTBOX_KEEPS, outboxFolder } from './outbox.js';
