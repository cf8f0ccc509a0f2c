import { Injectable } from '@nestjs/common';
import { SectionService } from '../../../fleet/index.js';
import type { RequestContext, SiteId } from '../../../platform/context/index.js';
import { POLICY_SECTION } from '../management/names.js';

/** The ports that RouterOS begins with. */
const USUAL = { winbox: 8291, ssh: 22, api: 8728 };
export type PortsOfServices = typeof USUAL;

/** On which ports the router of a site serves what we connect to. */
@Injectable()
export class HeldPorts {
  constructor(private readonly sections: SectionService) {}

  /** Of a site of the context's team: as its policy last set them, RouterOS's own where it never did. */
  async of(ctx: RequestContext, siteId: SiteId): Promise<PortsOfServices> {
    const held = await this.sections.held(ctx, siteId, POLICY_SECTION);
    const set = (held?.settings ?? []).flatMap(({ menu, where, set: { port } }) =>
      menu === '/ip/service' && typeof port === 'number' ? [[String(where['name']), port] as const] : [],
    );
    return { ...USUAL, ...Object.fromEntries(set.filter(([name]) => name in USUAL)) };
  }
}
