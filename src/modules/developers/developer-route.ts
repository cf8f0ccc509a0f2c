import { applyDecorators } from '@nestjs/common';
import { SiteNotFound } from '../../fleet/index.js';
import { Answers, RateLimitedBy, RequireScope, type Scope } from '../../platform/access/index.js';

/** What every operation of the developer API has: its scope, the shared limit, and routers of other teams that do not exist. */
export const DeveloperRoute = (scope: Scope): MethodDecorator =>
  applyDecorators(RequireScope(scope), RateLimitedBy('DEVELOPER_API_RATE', 'developer'), Answers(SiteNotFound));
