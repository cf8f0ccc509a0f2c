import type { Provider, Type } from '@nestjs/common';
import { LiveController } from './live.controller.js';
import { LiveRouters } from './live-routers.js';
import { RouterDial } from './router-dial.js';

export const LIVE_CONTROLLERS: Type[] = [LiveController];
export const LIVE_PROVIDERS: Provider[] = [LiveRouters, RouterDial];
