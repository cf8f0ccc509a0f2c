import { Injectable } from '@nestjs/common';
import { Settings } from '../../../config/index.js';
import { letter, type Mail, oneLine } from '../../../platform/mail/index.js';
import type { Sms } from '../../../platform/sms/index.js';
import type { User } from './user.entity.js';

type Person = Pick<User, 'email' | 'name'>;

const NOT_YOU = 'If you did not ask for this, you can ignore this mail; nothing changes.';

/** Mails about a person's account. */
@Injectable()
export class AccountLetters {
  constructor(private readonly settings: Settings) {}

  verifyEmail(user: Person, token: string): Mail {
    return this.to(user, 'verify-email', 'Confirm your e-mail address', {
      paragraphs: [
        `Someone, most likely you, wants to use ${user.email} with rosfleet. Confirm that the address is yours.`,
        'The link works for three days.',
      ],
      button: { label: 'Confirm address', url: this.url(`/verify-email/${token}`) },
      footer: NOT_YOU,
    });
  }

  resetPassword(user: Person, token: string): Mail {
    return this.to(user, 'reset-password', 'Choose a new password', {
      paragraphs: [
        'Someone, most likely you, asked for a new password for your rosfleet account.',
        'The link works for one hour and once.',
      ],
      button: { label: 'Choose a password', url: this.url(`/reset-password/${token}`) },
      footer: NOT_YOU,
    });
  }

  /** To someone who registers with an address that has an account: the web page must not tell, the mail may. */
  alreadyRegistered(user: Person): Mail {
    return this.to(user, 'already-registered', 'You have an account already', {
      paragraphs: [
        'Someone, most likely you, tried to register with this address. There is an account already: sign in, or choose a new password if you forgot yours.',
      ],
      button: { label: 'Forgot password', url: this.url('/forgot-password') },
      footer: NOT_YOU,
    });
  }

  passwordChanged(user: Person): Mail {
    return this.to(user, 'password-changed', 'Your password was changed', {
      paragraphs: ['The password of your rosfleet account was changed just now. You were signed out everywhere else.'],
      button: { label: 'It was not me: choose another', url: this.url('/forgot-password') },
      footer: 'You get this mail because it concerns the safety of your account.',
    });
  }

  /** To the address that was given up: whoever reads it there can still stop a theft. */
  addressChanged(before: Person): Mail {
    return this.to(before, 'address-changed', 'Your e-mail address was changed', {
      paragraphs: ['The e-mail address of your rosfleet account was changed just now; you sign in with the new one from now on.'],
      button: { label: 'Sign in', url: this.url('/') },
      footer: 'If this was not you, tell an administrator of your team at once.',
    });
  }

  verifyMobile(mobile: string, token: string): Sms {
    return {
      to: mobile,
      kind: 'verify-mobile',
      text: `rosfleet: confirm your number within an hour: ${this.url(`/verify-mobile/${token}`)}`,
    };
  }

  /** @param provider its name, or its issuer URL */
  identityLinked(user: Person, provider: string): Mail {
    return this.to(user, 'identity-linked', 'Another way to sign in', {
      paragraphs: [
        `Your rosfleet account was just used with ${oneLine(provider)}, which vouches for ${user.email}. From now on you can sign in that way, too.`,
        'If that was not you, choose a new password here and secure your account there.',
      ],
      button: { label: 'It was not me: choose a password', url: this.url('/forgot-password') },
      footer: 'You get this mail because it concerns the safety of your account.',
    });
  }

  invitation(to: string, team: string, inviter: string, token: string): Mail {
    return this.to({ email: to, name: '' }, 'invitation', `Join ${oneLine(team)} on rosfleet`, {
      paragraphs: [
        `${oneLine(inviter)} invites you to the team «${oneLine(team)}». Follow the link to join; if you have no account yet, you can make one there.`,
        'The link works for seven days.',
      ],
      button: { label: 'See the invitation', url: this.url(`/invitations/${token}`) },
      footer: 'If you do not know what this is about, ignore this mail; you are not added anywhere.',
    });
  }

  private to(
    { email, name }: Person,
    kind: string,
    title: string,
    content: { paragraphs: string[]; button: { label: string; url: string }; footer: string },
  ): Mail {
    const shown = oneLine(name);
    return {
      to: shown ? { address: email, name: shown } : { address: email },
      subject: title,
      kind,
      ...letter({ ...content, title, greeting: shown ? `Hello ${shown},` : 'Hello,' }),
    };
  }

  private url(path: string): string {
    return `${this.settings.PUBLIC_URL}${path}`;
  }
}
