import type { Provider, Type } from '@nestjs/common';
import { ActionsController } from './actions.controller.js';
import { SiteActions } from './site-actions.js';
import { SiteNotes } from './site-notes.js';

export const ACTIONS_CONTROLLERS: Type[] = [ActionsController];
export const ACTIONS_PROVIDERS: Provider[] = [SiteActions, SiteNotes];
