import type { Provider, Type } from '@nestjs/common';
import { CallerProfile } from '../ancillary/index.js';
import { AccountLetters } from './account-letters.js';
import { AccountLinks } from './account-links.js';
import { AccountProfile } from './account-profile.js';
import { AccountController } from './account.controller.js';
import { AccountService } from './account.service.js';
import { Reauthentication } from './reauthentication.js';
import { RegistrationService } from './registration.service.js';
import { Throttle } from './throttle.js';
import { TwoFactorService } from './two-factor.service.js';

export const ACCOUNT_CONTROLLERS: Type[] = [AccountController];

export const ACCOUNT_PROVIDERS: Provider[] = [
  ...[AccountLetters, AccountLinks, AccountService, Reauthentication, RegistrationService, Throttle, TwoFactorService],
  { provide: CallerProfile, useClass: AccountProfile },
];
