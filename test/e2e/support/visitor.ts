import { CookieJar } from 'tough-cookie';
import * as oidc from 'openid-client';
import type { Fleet } from './fleet.js';

/** Where the single-page app of the tests would be; nothing listens there, redirects to it are looked at only. */
export const PORTAL = 'http://localhost:5173';
const REDIRECT_URI = `${PORTAL}/callback`;

export interface WebForm {
  /** Path. */
  readonly action: string;
  /** Its hidden and readable fields with their values. */
  readonly fields: Readonly<Record<string, string>>;
}

/** A page as a browser without JavaScript has it. */
export interface WebPage {
  readonly url: string;
  readonly status: number;
  readonly headers: Headers;
  readonly html: string;
  readonly title: string;
  /** What a person reads. */
  readonly text: string;
  readonly forms: readonly WebForm[];
  /** Set when the server led away from itself. */
  readonly leftTo?: URL;
}

/** A person's browser: cookies by the standard's rules, redirects followed as long as they stay on the server. */
export class Visitor {
  readonly jar = new CookieJar();
  /** Sent with each request. */
  readonly headers: Record<string, string> = {};

  constructor(private readonly base: string) {}

  async open(url: string | URL, init: RequestInit = {}): Promise<WebPage> {
    let target = new URL(url, this.base);
    let wish: RequestInit = init;
    for (let hops = 0; hops < 12; hops++) {
      const response = await fetch(target, {
        ...wish,
        redirect: 'manual',
        headers: {
          accept: 'text/html,application/xhtml+xml',
          ...this.headers,
          ...(wish.headers as Record<string, string>),
          cookie: await this.jar.getCookieString(target.href),
        },
      });
      for (const cookie of response.headers.getSetCookie()) await this.jar.setCookie(cookie, target.href);
      const location = response.headers.get('location');
      if (!location) return pageOf(target, response, await response.text());
      const next = new URL(location, target);
      if (next.origin !== new URL(this.base).origin) return { ...pageOf(target, response, await response.text()), leftTo: next };
      target = next;
      wish = {};
    }
    throw new Error(`Too many redirects at ${target.href}`);
  }

  /** Fills in the form whose action ends so (the first of the page by default) and sends it. */
  submit(page: WebPage, fields: Record<string, string>, action = ''): Promise<WebPage> {
    const form = page.forms.find((f) => f.action.endsWith(action));
    if (!form) throw new Error(`No form ${action} on «${page.title}»: ${page.text}`);
    return this.post(form.action, { ...form.fields, ...fields }, { origin: 'null', 'sec-fetch-site': 'same-origin' });
  }

  post(path: string, fields: Record<string, string>, headers: Record<string, string> = {}): Promise<WebPage> {
    const body = new URLSearchParams(fields).toString();
    return this.open(path, { method: 'POST', body, headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers } });
  }
}

function pageOf(url: URL, { status, headers }: Response, html: string): WebPage {
  const forms = [...html.matchAll(/<form([^>]*)>([^]*?)<\/form>/g)].map(([, head, inside]) => ({
    action: new URL(attribute(head!, 'action') ?? '', url).pathname,
    fields: Object.fromEntries(
      [...inside!.matchAll(/<input([^>]*)>/g)].flatMap(([, input]) => {
        const name = attribute(input!, 'name');
        return name ? [[name, attribute(input!, 'value') ?? '']] : [];
      }),
    ),
  }));
  const main = html.replace(/<head>[^]*<\/head>/, '');
  const text = decoded(main.replace(/<[^>]+>/g, ' '))
    .replace(/\s+/g, ' ')
    .trim();
  return { url: url.href, status, headers, html, forms, text, title: decoded(/<title>([^<]*)/.exec(html)?.[1] ?? '') };
}

const attribute = (head: string, name: string): string | undefined => {
  const found = new RegExp(`\\s${name}="([^"]*)"`).exec(head)?.[1];
  return found === undefined ? undefined : decoded(found);
};

const decoded = (html: string): string =>
  html.replace(/&(amp|lt|gt|quot|#39|#x27);/g, (all, name: string) => ({ amp: '&', lt: '<', gt: '>', quot: '"' })[name] ?? "'");

export type Tokens = oidc.TokenEndpointResponse & oidc.TokenEndpointResponseHelpers;

export interface Begun {
  readonly url: URL;
  readonly verifier: string;
  readonly state: string;
  readonly nonce: string;
}

/** The portal as a standard OpenID library has it: a public client with PKCE. */
export class RelyingParty {
  private constructor(readonly config: oidc.Configuration) {}

  static async discover(fleet: Fleet, clientId = 'rosfleet-portal'): Promise<RelyingParty> {
    const config = await oidc.discovery(new URL(fleet.url), clientId, undefined, oidc.None(), { execute: [oidc.allowInsecureRequests] });
    return new RelyingParty(config);
  }

  async begin(more: Record<string, string> = {}): Promise<Begun> {
    const [verifier, state, nonce] = [oidc.randomPKCECodeVerifier(), oidc.randomState(), oidc.randomNonce()];
    const url = oidc.buildAuthorizationUrl(this.config, {
      ...{ redirect_uri: REDIRECT_URI, scope: 'openid profile email offline_access', state, nonce },
      ...{ code_challenge: await oidc.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256' },
      ...more,
    });
    return { url, verifier, state, nonce };
  }

  /** Trades the code at the redirect for tokens, with all checks of the library. */
  redeem(begun: Begun, redirect: URL): Promise<Tokens> {
    const checks = { pkceCodeVerifier: begun.verifier, expectedState: begun.state, expectedNonce: begun.nonce, idTokenExpected: true };
    return oidc.authorizationCodeGrant(this.config, redirect, checks);
  }

  refresh(token: string): Promise<Tokens> {
    return oidc.refreshTokenGrant(this.config, token);
  }
}

/** Opens the sign-in page of a new authorization request and sends address and password. */
export async function enterPassword(visitor: Visitor, begun: Begun, email: string, password = 'Correct-Horse-7'): Promise<WebPage> {
  return visitor.submit(await visitor.open(begun.url), { email, password }, '/password');
}

/** The whole sign-in of somebody without a second factor. */
export async function signIn(party: RelyingParty, visitor: Visitor, email: string, password?: string): Promise<Tokens> {
  const begun = await party.begin();
  const page = await enterPassword(visitor, begun, email, password);
  if (!page.leftTo) throw new Error(`Not signed in: «${page.title}» ${page.text}`);
  return party.redeem(begun, page.leftTo);
}
