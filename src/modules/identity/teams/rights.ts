import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../../platform/context/index.js';
import { ScopeNotHeld } from './errors.js';
import { SYSTEM_ROLES } from './system-roles.js';

const MEMBER = SYSTEM_ROLES.find((role) => role.systemName === 'member')!.scopes;

/** What nobody may do: give away, or take from others, rights that they do not have themselves. */
@Injectable()
export class Rights {
  /** @throws ScopeNotHeld naming what is missing */
  assertHolds(ctx: RequestContext, scopes: Iterable<string>): void {
    const missing = [...new Set(scopes)].filter((scope) => !ctx.scopes.has(scope)).sort();
    if (missing.length) throw new ScopeNotHeld(missing);
  }

  /**
   * Bringing somebody in as a Member is a right of its own (`teams:invite-users`, `user:create`) and of the owner. But a
   * program that was limited to less must not reach more by a person that it brings in. @throws ScopeNotHeld
   */
  async assertMayAddMember(ctx: RequestContext): Promise<void> {
    if (ctx.actor.kind !== 'user') this.assertHolds(ctx, MEMBER);
  }
}
