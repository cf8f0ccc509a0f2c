import { Transform } from 'class-transformer';
import { Allow, IsEmail, ValidateBy } from 'class-validator';

/** One rule, so that a person reads one sentence: text that is there and not longer than any right one. */
const Filled = (message: string, longest = 1024): PropertyDecorator =>
  ValidateBy({
    name: 'filled',
    validator: {
      validate: (value: unknown) => typeof value === 'string' && value.trim() !== '' && value.length <= longest,
      defaultMessage: () => message,
    },
  });

const Trimmed = (): PropertyDecorator => Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.trim() : value));

/** A form without fields but its secret, which is checked before anything else. */
export class BareForm {
  @Allow()
  csrf?: string;
}

export class EmailForm extends BareForm {
  @Trimmed()
  @IsEmail({}, { message: 'Enter an e-mail address such as name@example.net.' })
  email!: string;
}

export class PasswordForm extends EmailForm {
  @Filled('Enter your password.')
  password!: string;
}

export class CodeForm extends BareForm {
  @Filled('Enter the code.', 64)
  code!: string;
}

export class NewPasswordForm extends BareForm {
  @Filled('Enter a new password.')
  password!: string;
}

export class RegistrationForm extends EmailForm {
  @Filled('Enter your name.')
  name!: string;

  @Filled('Enter a password.')
  password!: string;
}

export class InvitedRegistrationForm extends BareForm {
  @Filled('Enter your name.')
  name!: string;

  @Filled('Enter a password.')
  password!: string;
}
