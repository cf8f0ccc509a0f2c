export {
  type Access,
  ACCESS,
  ClientToken,
  type ContextRequest,
  Ctx,
  DeviceOnly,
  InternalOnly,
  Public,
  RequireScope,
  RunbookToken,
  SignedIn,
  SignedUrl,
  SiteInternalOnly,
} from './access.js';
export { type AccessCheck, AccessChecks, type TeamDoor } from './access-checks.js';
export { AccessModule } from './access.module.js';
export { Answers, ANSWERS, ErrorResponseDto } from './answers.js';
export { bearerOf } from './bearer.js';
export { RATE_HEADERS, RateLimitedBy } from './rate-limit.js';
export { ALL_SCOPES, isScope, type Scope, SCOPES } from './scopes.js';
