import { Injectable } from '@nestjs/common';
import { Settings } from '../../../config/index.js';
import { Clock } from '../../../platform/clock/clock.js';
import { OidcClients } from './oidc-clients.js';

const FRESH_MS = 10_000;

/** Which web pages may call the API from a browser: those of the portal, of registered clients, and of the operator's choice. */
@Injectable()
export class WebOrigins {
  private readonly fixed: ReadonlySet<string>;
  private ofClients: { readonly origins: ReadonlySet<string>; readonly at: number } = { origins: new Set(), at: -Infinity };

  constructor(
    { PORTAL_URL, PORTAL_REDIRECT_URIS, CORS_ORIGINS }: Settings,
    private readonly clients: OidcClients,
    private readonly clock: Clock,
  ) {
    this.fixed = new Set([...[PORTAL_URL, ...(PORTAL_REDIRECT_URIS ?? [])].map((uri) => new URL(uri).origin), ...(CORS_ORIGINS ?? [])]);
  }

  /** @param origin the Origin header, as browsers send it */
  async allows(origin: string): Promise<boolean> {
    if (this.fixed.has(origin)) return true;
    if (this.clock.millis() - this.ofClients.at > FRESH_MS) this.ofClients = { origins: await this.load(), at: this.clock.millis() };
    return this.ofClients.origins.has(origin);
  }

  private async load(): Promise<ReadonlySet<string>> {
    const uris = (await this.clients.list()).flatMap((client) => client.redirectUris);
    return new Set(uris.filter((uri) => /^https?:/.test(uri)).map((uri) => new URL(uri).origin));
  }
}
