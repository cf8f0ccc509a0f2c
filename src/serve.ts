import { keepHeapRoom } from './heap-room.js';
import { InvalidEnvironment, readSettings } from './config/index.js';
import { TunnelCannotRun } from './modules/control-plane/index.js';
import { DataFolderInUse } from './platform/embedded/index.js';
import { AddressUnavailable, startServer } from './server.js';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** Troubles whose message says everything; a stack trace would hide it. */
const PLAIN = [InvalidEnvironment, AddressUnavailable, DataFolderInUse, TunnelCannotRun];

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/**
 * The server process from start to stop: what a container runs, and `./rosfleet start`. Ends on SIGINT, SIGTERM and
 * SIGHUP, also while it is still starting; asked twice, it goes at once.
 * @returns the exit code
 */
export async function serve(env: NodeJS.ProcessEnv): Promise<number> {
  const stopAsked = firstSignal();
  try {
    const starting = startServer(readSettings(env), say);
    const early = await Promise.race([starting.then(() => undefined), stopAsked]);
    if (early) say(`${early}: stopping as soon as the start is through`);
    const server = await starting;
    const noMoreRoom = keepHeapRoom();
    if (!early) announce(server);
    const signal = early ?? (await stopAsked);
    if (!early) say(`${signal}: stopping`);
    noMoreRoom();
    await server.stop();
    return 0;
  } catch (error) {
    console.error(PLAIN.some((kind) => error instanceof kind) ? (error as Error).message : error);
    return 1;
  }
}

function announce(server: Awaited<ReturnType<typeof startServer>>): void {
  say(`API       ${server.url}`);
  say(`Swagger   ${server.url}/docs`);
  if (server.outbox) say(`Mail      no SMTP_URL is set: mails are written to ${server.outbox}`);
  say(server.tunnel.off === undefined ? `Tunnel    ${server.tunnel.endpoint}` : `Tunnel    none: ${server.tunnel.off}`);
  if (server.administrator) {
    const { email, oneTimePassword } = server.administrator;
    say(`Sign in   ${email}${oneTimePassword ? ` with the one-time password ${oneTimePassword} (shown once)` : ''}`);
  }
  say(`ready ${server.localUrl}`);
}

/** Ctrl-C under npm arrives twice, from the terminal and from npm: that is one wish. */
const SAME_WISH_MS = 500;

/** The first signal that asks us to stop; the next one ends the process at once, and its exit handlers the database. */
export function firstSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    const first = (signal: NodeJS.Signals): void => {
      const asked = performance.now();
      for (const each of SIGNALS) {
        process.off(each, first);
        process.on(each, () => performance.now() - asked > SAME_WISH_MS && process.exit(130));
      }
      resolve(signal);
    };
    for (const each of SIGNALS) process.on(each, first);
  });
}
