import { Injectable, type OnModuleInit } from '@nestjs/common';
import { KeptRecently, type SectionDefinition, Sections, type SectionSite } from '../../fleet/index.js';
import type { RequestContext } from '../../platform/context/index.js';
import type { KeyedWish, Wish } from '../../routeros/sections/index.js';
import { MgmtTunnel } from '../control-plane/index.js';
import { VPC_SECTION } from './rollout.js';
import { SiteContents } from './site-contents.js';
import { vpcWish } from './vpc-wish.js';

/** Wishes kept in memory; a thousand sites that poll mostly carry the same few groups. */
const KEPT_MAX = 200;

/** Brings security groups and prefix lists to routers. */
@Injectable()
export class VpcSection implements SectionDefinition, OnModuleInit {
  readonly name = VPC_SECTION;
  readonly title = 'Security groups and prefix lists';
  /** Below `management` and `policy`, whose business is the input chain. */
  readonly rank = 30;
  readonly menus = ['/ip/firewall/address-list', '/ip/firewall/filter', '/ipv6/firewall/address-list', '/ipv6/firewall/filter'] as const;
  readonly settings = [];
  private readonly kept = new KeptRecently<Wish>(KEPT_MAX);

  constructor(
    private readonly sections: Sections,
    private readonly contents: SiteContents,
    private readonly tunnel: MgmtTunnel,
  ) {}

  onModuleInit(): void {
    this.sections.define(this);
  }

  /**
   * It never touches the router's own traffic; it can still cut networks that people and other routers work through. To take
   * all of it away only opens.
   */
  cuts(_had: KeyedWish | null, shall: KeyedWish): boolean {
    return shall.items.length > 0;
  }

  async wish(ctx: RequestContext, { id }: SectionSite): Promise<Wish | null> {
    const edition = await this.contents.edition(ctx, id);
    if (!edition.groups.length && !edition.lists.length) return null;
    return this.kept.get(edition.key, async () => vpcWish(await this.contents.load(ctx, edition), this.tunnel.managementAddress));
  }
}
