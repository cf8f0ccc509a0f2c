import { AppKeys } from '../crypto/index.js';

/** A line without what links it to the others. */
export interface AuditLine {
  readonly id: string;
  readonly at: Date;
  readonly teamId: string | null;
  readonly actor: string;
  readonly userId: string | null;
  readonly name: string | null;
  readonly email: string | null;
  readonly credential: string | null;
  readonly method: string;
  readonly endpoint: string;
  readonly status: number;
  readonly ip: string;
  readonly userAgent: string;
  readonly page: string;
  readonly payload: string;
  readonly requestId: string;
}

/** What the first line is linked to. */
export const BEGINNING = '';

/**
 * Links a line to the one before: HMAC under APP_KEY, so that somebody who can write the table, but does not have the
 * key, can neither change a line nor make up one.
 */
export function linked(keys: AppKeys, before: string, seq: string | bigint, line: AuditLine): string {
  return keys.mac(canonical(before, seq, line), PURPOSE);
}

/** Whether the hash is right, under the current or the previous key. */
export const isLinked = (keys: AppKeys, hash: string, before: string, seq: string, line: AuditLine): boolean =>
  keys.macMatches(hash, canonical(before, seq, line), PURPOSE);

const PURPOSE = 'audit-log';

const canonical = (before: string, seq: string | bigint, l: AuditLine): string =>
  JSON.stringify([
    ...[before, String(seq), l.id, l.at.toISOString(), l.teamId, l.actor, l.userId, l.name, l.email, l.credential],
    ...[l.method, l.endpoint, l.status, l.ip, l.userAgent, l.page, l.payload, l.requestId],
  ]);
