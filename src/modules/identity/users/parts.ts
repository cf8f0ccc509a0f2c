import type { Provider, Type } from '@nestjs/common';
import { FeedbackController } from './feedback.controller.js';
import { FeedbackService } from './feedback.service.js';
import { ProfileController } from './profile.controller.js';
import { Reach } from './reach.js';
import { UserDeletion } from './user-deletion.js';
import { UsersController } from './users.controller.js';
import { UsersRepository } from './users.repository.js';
import { UsersService } from './users.service.js';
import { Verification } from './verification.js';

export const USER_CONTROLLERS: Type[] = [FeedbackController, UsersController, ProfileController];

export const USER_PROVIDERS: Provider[] = [...[FeedbackService, Reach, UserDeletion, UsersRepository, UsersService, Verification]];
