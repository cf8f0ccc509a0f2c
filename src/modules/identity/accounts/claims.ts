import type { User } from './user.entity.js';

/** Standard claims of OpenID Connect Core 5.1; which of them an application gets depends on the scopes it was granted. */
export interface StandardClaims {
  readonly [claim: string]: string | boolean | number | undefined;
  readonly sub: string;
  readonly name: string;
  readonly given_name: string;
  readonly family_name: string;
  readonly email: string;
  readonly email_verified: boolean;
  readonly picture: string | undefined;
  readonly zoneinfo: string;
  readonly locale: string;
  readonly updated_at: number;
  readonly phone_number: string | undefined;
  readonly phone_number_verified: boolean | undefined;
}

/** Given and family name are guessed at the last blank: there is only one field for the name. */
export function claimsOf(user: User): StandardClaims {
  const words = user.name.trim().split(/\s+/);
  const family = words.length > 1 ? words.pop()! : '';
  return {
    ...{ sub: user.id, name: user.name, given_name: words.join(' '), family_name: family },
    ...{ email: user.email, email_verified: user.emailVerifiedAt !== null },
    ...{ picture: user.picture || undefined, zoneinfo: user.timezone, locale: user.locale },
    updated_at: Math.floor(user.updatedAt.getTime() / 1000),
    ...{ phone_number: user.mobile ?? undefined, phone_number_verified: user.mobile ? user.mobileVerifiedAt !== null : undefined },
  };
}
