import { RequestContext } from '../context/index.js';
import { AppKeys } from '../crypto/index.js';
import { Database } from '../database/index.js';
import { BEGINNING, isLinked } from './audit-chain.js';
import { AuditEvent } from './audit-event.entity.js';

export interface AuditVerdict {
  /** Lines that were read. */
  readonly lines: number;
  /** The first line that is wrong or missing; undefined when the log is whole. */
  readonly brokenAt?: { readonly seq: string; readonly why: string };
}

const PAGE = 1000;

/** Reads the whole audit log and checks each line's link to the one before. */
export async function verifyAuditLog(db: Database, keys: AppKeys): Promise<AuditVerdict> {
  const ctx = RequestContext.system('audit-verify');
  const [anchor] = await db.query<{ seq: string; hash: string }>(ctx, `SELECT seq, hash FROM audit_anchor`);
  let { seq, hash } = anchor ?? { seq: '0', hash: BEGINNING };
  for (let lines = 0; ;) {
    const rows = await db
      .manager(ctx)
      .createQueryBuilder(AuditEvent, 'e')
      .andWhere('e.seq > :seq', { seq })
      .orderBy('e.seq')
      .take(PAGE)
      .getMany();
    for (const row of rows) {
      const expected = String(BigInt(seq) + 1n);
      if (row.seq !== expected)
        return { lines, brokenAt: { seq: expected, why: `line ${expected} is missing; the next one there is ${row.seq}` } };
      if (!isLinked(keys, row.hash, hash, row.seq, row))
        return {
          lines,
          brokenAt: { seq: row.seq, why: `line ${row.seq} was altered, or one before it, or it was made under another APP_KEY` },
        };
      ({ seq, hash } = row);
      lines++;
    }
    if (rows.length < PAGE) return { lines };
  }
}
