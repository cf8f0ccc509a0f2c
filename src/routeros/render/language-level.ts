import { compareVersions } from '../heartbeat/index.js';

/**
 * `:onerror`, which tells what went wrong, came with 7.13 (no earlier command tree has it); before, it is a parse error of the whole
 * script. A version we cannot read counts as old.
 */
export const knowsOnError = (version: string): boolean => compareVersions(version, '7.13') >= 0;
