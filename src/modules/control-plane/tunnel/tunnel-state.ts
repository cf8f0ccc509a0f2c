import { Injectable } from '@nestjs/common';

/** Whether this process runs a tunnel server, for whoever depends on it. */
@Injectable()
export class TunnelState {
  /** Why there is no tunnel server here; undefined while one runs, or comes back after a failure. */
  off: string | undefined = 'it has not been started.';
}
