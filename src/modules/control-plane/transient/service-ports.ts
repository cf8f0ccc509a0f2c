import { Injectable } from '@nestjs/common';
import type { RequestContext, SiteId } from '../../../platform/context/index.js';

export interface PortsOfServices {
  readonly winbox: number;
  readonly ssh: number;
}

/** On which ports the router of a site serves WinBox and SSH. Known by whoever keeps policies. */
export abstract class ServicePorts {
  /** Of a site of the context's team. */
  abstract of(ctx: RequestContext, siteId: SiteId): Promise<PortsOfServices>;
}

/** Where nobody keeps policies, routers have the ports that RouterOS begins with. */
@Injectable()
export class UsualPorts extends ServicePorts {
  of(): Promise<PortsOfServices> {
    return Promise.resolve({ winbox: 8291, ssh: 22 });
  }
}
