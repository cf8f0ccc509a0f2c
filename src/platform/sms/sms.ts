import { isMessageKind } from '../outbox/index.js';

/** What a use case wants to be sent to one telephone. */
export interface Sms {
  /** E.164, such as +27821234567. */
  readonly to: string;
  readonly text: string;
  /** What it is for, in the log and in the outbox's file names: lower-case words joined by hyphens, `verify-mobile`. */
  readonly kind: string;
}

/** An SMS that must not be written: its caller let something through. */
export class UnsendableSms extends Error {
  override readonly name = 'UnsendableSms';
}

const E164 = /^\+[1-9]\d{6,14}$/;
/** What providers take at most, as several parts. */
const LONGEST = 1600;

/** @throws UnsendableSms naming the field and what would be right; never the text */
export function checkedSms(sms: Sms): Sms {
  if (!E164.test(sms.to)) throw new UnsendableSms('`to` is not a number in E.164 form, such as +27821234567.');
  if (!sms.text.trim() || sms.text.length > LONGEST) throw new UnsendableSms(`\`text\` is empty or longer than ${LONGEST} characters.`);
  if (!isMessageKind(sms.kind))
    throw new UnsendableSms('`kind` is not lower-case words joined by hyphens, such as verify-mobile, of at most 50 characters.');
  return sms;
}
