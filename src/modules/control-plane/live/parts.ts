import type { Provider, Type } from '@nestjs/common';
import { ExpressNudge } from './express-nudge.js';
import { LiveController } from './live.controller.js';
import { LiveRouters } from './live-routers.js';
import { HeldPorts } from './held-ports.js';
import { RouterApis, RouterDial, TunnelDial } from './router-dial.js';

/** For other modules. */
export const LIVE_EXPORTS: Type[] = [LiveRouters];
export const LIVE_CONTROLLERS: Type[] = [LiveController];
export const LIVE_PROVIDERS: Provider[] = [ExpressNudge, HeldPorts, LiveRouters, RouterApis, { provide: RouterDial, useClass: TunnelDial }];
