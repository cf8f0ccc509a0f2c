import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { CommandFailed } from '../command.js';

export interface Login {
  readonly server: string;
  readonly token: string;
}

/** `$XDG_CONFIG_HOME/rosfleet/login.json`; the folder is `~/.config` where the variable is unset. */
export const loginFile = (env: NodeJS.ProcessEnv): string =>
  join(env['XDG_CONFIG_HOME'] || join(homedir(), '.config'), 'rosfleet', 'login.json');

/** What `rosfleet login` wrote; undefined when there is none. @throws CommandFailed for a file that cannot be read */
export async function readLogin(env: NodeJS.ProcessEnv): Promise<Login | undefined> {
  const file = loginFile(env);
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new CommandFailed(`${file} cannot be read: ${error.message}`);
  });
  if (text === undefined) return undefined;
  try {
    const { server, token } = JSON.parse(text) as Partial<Login>;
    if (typeof server === 'string' && typeof token === 'string') return { server, token };
  } catch {
    // the same answer
  }
  throw new CommandFailed(`${file} is damaged; \`rosfleet login\` writes it anew.`);
}

/** Writes the login for its owner's eyes alone, whole or not at all. @returns the file */
export async function writeLogin(login: Login, env: NodeJS.ProcessEnv): Promise<string> {
  const file = loginFile(env);
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, `${JSON.stringify(login, null, 2)}\n`, { mode: 0o600 });
  await rename(draft, file);
  return file;
}

/** @returns the file, undefined when there was none */
export async function removeLogin(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const file = loginFile(env);
  try {
    await rm(file);
    return file;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new CommandFailed(`${file} cannot be removed: ${(error as Error).message}`);
  }
}
