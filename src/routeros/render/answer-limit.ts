import { compareVersions } from '../heartbeat/index.js';

/**
 * Bytes of an answer that a router of this version surely holds in a variable. The fetch page allows 64 KB, the command's own
 * completion says 63k; it also warns of 4 KB, which was true of older releases (manual: Fetch). A longer script would be cut, and a cut
 * script does not run at all.
 */
export function answerLimitBytes(version: string): number {
  return compareVersions(version, '7.13') >= 0 ? 63 * 1_024 : 4_096;
}
