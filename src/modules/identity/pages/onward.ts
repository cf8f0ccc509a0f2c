import { Injectable } from '@nestjs/common';
import { Settings } from '../../../config/index.js';
import { interactionPath, OidcProvider } from '../oidc/oidc-provider.js';
import { cookieOf, setCookie } from './cookies.js';
import type { Visit } from './pages.js';
import type { Onward } from './views/account.js';

const COOKIE = 'rosfleet_return';
const UID = /^[\w-]{16,64}$/;

/**
 * Where a person goes on to when a page beside sign-in is done: the sign-in that waits in this browser, which only its
 * id is remembered of, or the portal. No URL comes from outside, so nobody is led to a stranger's.
 */
@Injectable()
export class OnwardPaths {
  constructor(
    private readonly oidc: OidcProvider,
    private readonly settings: Settings,
  ) {}

  /** @param uid of a sign-in that this browser has just been shown */
  remember({ reply }: Visit, uid: string): void {
    setCookie(reply, this.settings, { name: COOKIE, value: uid });
  }

  async of({ request }: Visit): Promise<Onward> {
    const uid = cookieOf(request, COOKIE);
    const waits = uid !== undefined && UID.test(uid) && (await this.oidc.current.Interaction.find(uid));
    return waits ? { href: interactionPath(uid), label: 'Sign in' } : { href: this.settings.PORTAL_URL, label: 'Go to rosfleet' };
  }
}
