import type { RequestContext, SessionId, UserId } from '../../../platform/context/index.js';
import { PersonRequired } from '../errors.js';

/** The person who is signed in. @throws PersonRequired for programs: what concerns an account is not for API credentials */
export function personOf(ctx: RequestContext): { userId: UserId; sessionId: SessionId | undefined } {
  if (ctx.actor.kind !== 'user') throw new PersonRequired();
  return ctx.actor as { userId: UserId; sessionId: SessionId | undefined };
}
