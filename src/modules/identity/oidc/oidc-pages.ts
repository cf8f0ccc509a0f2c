import { Injectable } from '@nestjs/common';
import type { ErrorOut, KoaContextWithOIDC } from 'oidc-provider';
import { Settings } from '../../../config/index.js';
import { formTarget, pageHeaders } from '../pages/page-headers.js';
import { messageView, type Onward } from '../pages/views/account.js';
import { renderPage, type View } from '../pages/views/layout.js';
import { otherPersonView, signOutView } from '../pages/views/sign-out.js';

const POLICY = 'content-security-policy';
/** The provider adds the hash of a page's script to this directive, when the policy has it. */
const OPEN_POLICY = 'script-src';

/** What the provider notes in a browser's session while a sign-out waits to be confirmed. */
interface SignOut {
  readonly secret?: string;
  readonly postLogoutRedirectUri?: string;
  readonly state?: string;
}

/** Pages that the provider shows itself, and the headers of all its pages. */
@Injectable()
export class OidcPages {
  constructor(private readonly settings: Settings) {}

  /**
   * Goes around each request to the provider. Of its three pages that send themselves on by a script two are replaced;
   * the third, `response_mode=form_post`, is its own, with its script allowed by hash.
   */
  async around(ctx: KoaContextWithOIDC, next: () => Promise<void>): Promise<void> {
    ctx.set(POLICY, OPEN_POLICY);
    await next();
    const policy = ctx.response.get(POLICY);
    if (policy === OPEN_POLICY) ctx.remove(POLICY);
    else if (policy.startsWith(OPEN_POLICY)) this.replaceScripted(ctx, policy);
    if (ctx.response.is('html') && !ctx.response.get(POLICY)) ctx.set(pageHeaders(this.settings));
  }

  /** Asks whether to sign out. @param form the provider's empty form (id `op.logoutForm`) with its CSRF secret */
  signOut(ctx: KoaContextWithOIDC, form: string): void {
    const { postLogoutRedirectUri } = signOutOf(ctx);
    this.show(
      ctx,
      signOutView({ form, client: ctx.oidc.client?.clientName, onward: { ...this.portal(), label: 'Stay signed in' } }),
      formTarget(postLogoutRedirectUri),
    );
  }

  signedOut(ctx: KoaContextWithOIDC): void {
    const text = 'You can close this page, or sign in again.';
    this.show(ctx, messageView({ title: 'You are signed out', text, onward: this.portal() }));
  }

  /** What was wrong with a request that must not be led back to its sender. */
  error(ctx: KoaContextWithOIDC, { error, error_description: description }: ErrorOut, _error: Error): void {
    const lost = error === 'invalid_request' && ctx.oidc?.route === 'resume';
    const view = lost
      ? { title: 'This sign-in has expired', text: 'Go back to the application and start again.' }
      : { title: 'The application asked for something that cannot be', text: `${error}: ${description ?? 'there is no more to say'}` };
    this.show(ctx, messageView({ ...view, onward: this.portal(), failed: true }));
  }

  private replaceScripted(ctx: KoaContextWithOIDC, policy: string): void {
    const { secret, postLogoutRedirectUri, state } = signOutOf(ctx);
    if (ctx.oidc.route === 'end_session') {
      // Nobody is signed in here: there is nothing to ask. The provider has checked the address.
      const target = new URL(postLogoutRedirectUri ?? ctx.oidc.urlFor('end_session_success'));
      if (postLogoutRedirectUri && state) target.searchParams.set('state', state);
      ctx.remove(POLICY);
      ctx.status = 303;
      ctx.redirect(target.href);
    } else if (ctx.oidc.route === 'resume' && secret) {
      const action = ctx.oidc.urlFor('end_session_confirm');
      this.show(ctx, otherPersonView({ action, secret }), formTarget(ctx.oidc.entities.Interaction?.params['redirect_uri']));
    } else {
      ctx.set(pageHeaders(this.settings, formTarget(ctx.oidc.params?.['redirect_uri']), policy));
    }
  }

  private show(ctx: KoaContextWithOIDC, view: View, formTargets: readonly string[] = []): void {
    ctx.type = 'html';
    ctx.body = renderPage(view);
    ctx.set(pageHeaders(this.settings, formTargets));
  }

  private portal(): Onward {
    return { href: this.settings.PORTAL_URL, label: 'Go to rosfleet' };
  }
}

const signOutOf = (ctx: KoaContextWithOIDC): SignOut => ctx.oidc.session?.state ?? {};
