import { Injectable } from '@nestjs/common';
import { Settings } from '../config/index.js';
import type { SiteId } from '../platform/context/index.js';
import type { RouterLink } from '../routeros/render/index.js';

/** How scripts name this server, and where people find a site. */
@Injectable()
export class RouterLinks {
  readonly link: RouterLink;

  constructor(private readonly settings: Settings) {
    this.link = { baseUrl: settings.PUBLIC_URL, checkCertificate: settings.ROUTER_CHECK_CERTIFICATE };
  }

  sitePage(id: SiteId): string {
    return `${this.settings.PORTAL_URL}/deployments/${id}/overview`;
  }
}
