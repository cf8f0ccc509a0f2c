import type { Provider, Type } from '@nestjs/common';
import { AccountPagesController } from './account-pages.controller.js';
import { BrowserSessions } from './browser-sessions.js';
import { Interactions } from './interactions.js';
import { InvitationController } from './invitation.controller.js';
import { OnwardPaths } from './onward.js';
import { Pages } from './pages.js';
import { SignInController } from './sign-in.controller.js';

export const PAGE_CONTROLLERS: Type[] = [SignInController, AccountPagesController, InvitationController];

export const PAGE_PROVIDERS: Provider[] = [...[BrowserSessions, Interactions, OnwardPaths, Pages]];
