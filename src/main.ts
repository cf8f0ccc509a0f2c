import { InvalidEnvironment, readSettings } from './config/index.js';
import { startServer } from './server.js';

/** The server process: what a container runs, and what `./rosfleet start` runs after its checks. */
const say = (line: string): void => void process.stdout.write(`${line}\n`);

try {
  const settings = readSettings(process.env);
  const server = await startServer(settings, say);
  say(`API       ${server.url}`);
  say(`Swagger   ${server.url}/docs`);
  if (server.administrator) {
    const { email, oneTimePassword } = server.administrator;
    say(`Sign in   ${email}${oneTimePassword ? ` with the one-time password ${oneTimePassword} (shown once)` : ''}`);
  }
  say(`ready ${server.url}`);
  const stop = (): void => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130)); // asked twice: go at once
    void server.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop);
} catch (error) {
  console.error(error instanceof InvalidEnvironment ? error.message : error);
  process.exit(1);
}
