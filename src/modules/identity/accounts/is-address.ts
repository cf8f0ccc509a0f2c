import { isEmail, ValidateBy } from 'class-validator';
import { isMailAddress } from '../../../platform/mail/index.js';

/** One e-mail address that a mail can be sent to: an address by the rules, without the quoted and commented forms nobody has. */
export const IsAddress = (): PropertyDecorator =>
  ValidateBy({
    name: 'isEmail',
    validator: {
      validate: (value: unknown) => typeof value === 'string' && isEmail(value) && isMailAddress(value),
      defaultMessage: () => '$property must be an e-mail address',
    },
  });
