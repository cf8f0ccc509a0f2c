import { ValidationFailed } from '../../../platform/errors/index.js';
import { isUuid } from '../../../platform/context/index.js';
import type { JobWish } from '../job.service.js';

type Headers = Record<string, string | string[] | undefined>;

const DEFAULT_DESCRIPTION = 'Script sent through the API';
const SCRIPT = { min: 3, max: 10_000 };

/**
 * A header as it was meant: Node reads its bytes as Latin-1, and programs such as curl send UTF-8. What is no UTF-8 is
 * Latin-1 indeed.
 */
function utf8Of(value: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(value, 'latin1'));
  } catch {
    return value;
  }
}

/** Reads a job wish from the request: all metadata travels in headers, the body is the bare script. @throws ValidationFailed */
export function readJobWish(headers: Headers, body: unknown): JobWish {
  const errors: Record<string, string[]> = {};
  const refuse = (field: string, why: string): undefined => void (errors[field] = [`${field} ${why}`]);
  const text = (name: string): string | undefined => {
    const value = headers[name.toLowerCase()];
    return typeof value === 'string' && value !== '' ? utf8Of(value) : undefined;
  };
  const flag = (name: string, fallback: boolean): boolean => {
    const value = text(name);
    if (value === undefined) return fallback;
    if (/^(true|1)$/i.test(value)) return true;
    if (!/^(false|0)$/i.test(value)) refuse(name, 'must be true or false');
    return false;
  };
  const idempotencyKey = text('X-Idempotency-Key') ?? '';
  if (!isUuid(idempotencyKey)) refuse('X-Idempotency-Key', 'must be a UUID; send the same one again to be sure that a job is queued once');
  const description = text('X-Description') ?? DEFAULT_DESCRIPTION;
  if (description.length < 3 || description.length > 100) refuse('X-Description', 'must have 3 to 100 characters');
  const script = typeof body === 'string' ? body : '';
  if (script.length < SCRIPT.min || script.length > SCRIPT.max)
    refuse('script', `must be RouterOS script of ${SCRIPT.min} to ${SCRIPT.max} characters, sent as the body`);
  if (script.includes('\0')) refuse('script', 'must not contain NUL characters');
  const flags = {
    needsAcknowledgement: flag('X-Needs-Ack', true),
    shouldBackup: flag('X-Backup', false),
    expressExecute: flag('X-Express-Execute', false),
  };
  if (Object.keys(errors).length) throw new ValidationFailed(errors);
  return { idempotencyKey: idempotencyKey.toLowerCase(), description, script, ...flags };
}
