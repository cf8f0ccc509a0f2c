import type { Command, Given, Options } from '../command.js';
import { say } from '../project.js';
import { Server, SERVER_OPTIONS } from './server.js';

/** Exit code of what Ctrl-C ended, as shells have it. */
const INTERRUPTED = 130;

type RemoteOptions<O extends Options> = O & typeof SERVER_OPTIONS;

interface RemoteCommand<O extends Options> extends Omit<Command<O>, 'run'> {
  run(server: Server, given: Given<RemoteOptions<O>>, positionals: readonly string[]): Promise<number | void>;
}

/** A command that talks to a server: with the options that say which, and an end by Ctrl-C without a stack trace. */
export const remoteCommand = <const O extends Options>(c: RemoteCommand<O>): Command<RemoteOptions<O>> => ({
  ...c,
  options: { ...c.options, ...SERVER_OPTIONS },
  run: (given, positionals) =>
    interruptible(async (signal) => {
      const { server, token } = given as { server?: string; token?: string };
      return c.run(await Server.of({ server, token }, signal), given, positionals);
    }),
});

/** Runs `work` until it ends or somebody presses Ctrl-C; also when who reads our output (`head`) has enough. */
export async function interruptible(work: (signal: AbortSignal) => Promise<number | void>): Promise<number | void> {
  const stop = new AbortController();
  const interrupt = (): void => stop.abort();
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  try {
    return await work(stop.signal);
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    say('rosfleet: interrupted.');
    return INTERRUPTED;
  } finally {
    process.removeListener('SIGINT', interrupt);
    process.removeListener('SIGTERM', interrupt);
  }
}
