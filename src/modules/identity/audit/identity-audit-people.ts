import { Injectable } from '@nestjs/common';
import { AuditPeople } from '../../../platform/audit/index.js';
import type { RequestContext, UserId } from '../../../platform/context/index.js';
import { Database } from '../../../platform/database/index.js';

@Injectable()
export class IdentityAuditPeople extends AuditPeople {
  constructor(private readonly db: Database) {
    super();
  }

  async names(ctx: RequestContext, ids: readonly UserId[]): Promise<ReadonlyMap<string, { name: string; email: string }>> {
    const rows = await this.db.query<{ id: string; name: string; email: string }>(
      ctx,
      `SELECT id, name, email FROM app_user WHERE id = ANY($1)`,
      [ids],
    );
    return new Map(rows.map((row) => [row.id, row]));
  }
}
