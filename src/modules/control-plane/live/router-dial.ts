import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { connect, type Socket } from 'node:net';
import { RouterApi } from '../../../routeros/api/index.js';

/** How this process opens connections to routers: through the tunnel. One place, so that tests can lead them elsewhere. */
@Injectable()
export class RouterDial implements OnApplicationShutdown {
  /** Connects to an address in the tunnel network. */
  open: (target: { readonly host: string; readonly port: number }) => Socket = (target) => connect(target);
  readonly api = new RouterApi({ open: (target) => this.open(target) });

  onApplicationShutdown(): Promise<void> {
    return this.api.close();
  }
}
