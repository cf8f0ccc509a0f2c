import { resolve } from 'node:path';
import { inProject } from './project.js';

/**
 * The environment with the data folder settled: the option, else DATA_DIR, both relative to where the person stands;
 * else `.rosfleet` in the project, wherever the person stands.
 */
export function withDataDir(option: string | undefined, env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv & { DATA_DIR: string } {
  const given = option || env['DATA_DIR'];
  return { ...env, DATA_DIR: given ? resolve(given) : inProject('.rosfleet') };
}

export const DATA_OPTION = {
  value: 'DIR',
  describe: 'Data folder: embedded database and keys. Default: DATA_DIR, else .rosfleet in the project.',
} as const;
