import { Injectable } from '@nestjs/common';
import { TeamDirectory } from '../../../fleet/index.js';
import type { RequestContext, TeamId } from '../../../platform/context/index.js';
import { Database } from '../../../platform/database/index.js';

@Injectable()
export class IdentityTeamDirectory extends TeamDirectory {
  constructor(private readonly db: Database) {
    super();
  }

  async exists(ctx: RequestContext, teamId: TeamId): Promise<boolean> {
    return (await this.db.query(ctx, `SELECT FROM team WHERE id = $1`, [teamId])).length === 1;
  }
}
