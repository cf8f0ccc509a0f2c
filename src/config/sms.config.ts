import { concern, text } from './variable.js';

export const smsConfig = concern('SMS: how telephones are reached', {
  SMS_TWILIO_ACCOUNT_SID: text(
    undefined,
    'Twilio account; needs SMS_TWILIO_AUTH_TOKEN and SMS_FROM too. Without it SMS are text files in DATA_DIR/outbox.',
    'AC0123456789abcdef0123456789abcdef',
    { pattern: /^AC[0-9a-f]{32}$/i, why: 'is not AC and 32 hexadecimal digits' },
  ),
  SMS_TWILIO_AUTH_TOKEN: text(undefined, 'Token of that account.', '0123456789abcdef0123456789abcdef', {
    pattern: /^[\x21-\x7e]{16,}$/,
    why: 'is not at least 16 printable characters without blanks',
  }),
  SMS_FROM: text(undefined, 'Sender: a number of the account, a registered name, or a messaging service (MG…).', '+15005550006', {
    pattern: /^(\+[1-9]\d{6,14}|MG[0-9a-f]{32}|(?=.*[A-Za-z])[A-Za-z0-9 ]{2,11})$/,
    why: 'is neither a number such as +15005550006, nor MG and 32 hexadecimal digits, nor a name of at most 11 letters and digits, one letter at least',
  }),
});
