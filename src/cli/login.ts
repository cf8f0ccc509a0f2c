import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { command, CommandFailed, UsageError } from './command.js';
import { print, say } from './project.js';
import { loginFile, removeLogin, writeLogin } from './remote/login-file.js';
import { interruptible } from './remote/remote-command.js';
import { Server, serverUrl } from './remote/server.js';

export const login = command({
  name: 'login',
  positionals: ['[URL]'],
  summary: 'Note a server and an API credential for the commands sites, jobs, run and backup.',
  options: {
    token: { value: 'TOKEN', describe: 'API credential. Default: ROSFLEET_TOKEN, else it is asked for, or read from standard input.' },
    forget: { describe: 'Remove what was noted instead.' },
  },
  notes: `Kept in $XDG_CONFIG_HOME/rosfleet/login.json, readable by you alone. A credential is made by an administrator with
\`rosfleet token create\`, or in the API.`,
  run: ({ token, forget }, [url]) =>
    interruptible(async (signal) => {
      if (forget) {
        const file = await removeLogin(process.env);
        return say(file ? `${file} removed.` : `There is no ${loginFile(process.env)}.`);
      }
      const given = url || process.env['ROSFLEET_SERVER'];
      if (!given) throw new UsageError('login needs the URL of a server.');
      const server = serverUrl(given);
      const credential = (token || process.env['ROSFLEET_TOKEN'] || (await askToken(signal))).trim();
      if (!/^[\x21-\x7e]+$/.test(credential)) throw new CommandFailed('That is no credential: it has printable characters without blanks.');
      await new Server(server, credential, signal).json('GET', '/sites?per_page=1');
      print(`${await writeLogin({ server, token: credential }, process.env)} written.`);
    }),
});

/** Asks without an echo; from a pipe the first line is it. */
function askToken(signal: AbortSignal): Promise<string> {
  const mute = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = process.stdin.isTTY;
  if (terminal) process.stderr.write('API credential: ');
  const lines = createInterface({ input: process.stdin, output: mute, terminal });
  return new Promise((resolve, reject) => {
    const end = (): void => {
      if (terminal) process.stderr.write('\n');
      lines.close();
    };
    lines.once('line', (line) => (resolve(line), end()));
    lines.once('close', () => reject(new CommandFailed('No credential was given.')));
    lines.once('SIGINT', () => process.kill(process.pid, 'SIGINT'));
    signal.addEventListener('abort', () => (reject(signal.reason as Error), end()), { once: true });
  });
}
