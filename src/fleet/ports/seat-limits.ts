import type { RequestContext, TeamId } from '../../platform/context/index.js';

export interface SeatLimit {
  /** Teams that share these seats. */
  readonly teamIds: readonly TeamId[];
  /** Most sites they may have together. */
  readonly limit: number;
  /** Whose limit it is, for the message. */
  readonly of: 'team' | 'organization' | 'workspace';
}

/** How many sites a team may have. Known by whoever sells seats, asked by adoption. */
export abstract class SeatLimits {
  /**
   * The limits that hold for a team, none when it may have any number. Locks them until the transaction ends, so that
   * two adoptions cannot take the same last seat.
   */
  abstract lock(ctx: RequestContext, teamId: TeamId): Promise<readonly SeatLimit[]>;
}
