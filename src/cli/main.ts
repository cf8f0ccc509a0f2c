import { type Command, closest, CommandFailed, helpOf, readArguments, usageOf, UsageError } from './command.js';
import { print, say, version } from './project.js';

/** Errors of the server whose message says everything; by name, so that they need not be loaded. */
const PLAIN = new Set(['InvalidEnvironment', 'DataFolderInUse', 'AddressUnavailable']);

/** Each command is loaded when it is called: `rosfleet --version` starts no framework. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  start: async () => (await import('./start.js')).start,
  demo: async () => (await import('./demo.js')).demo,
  test: async () => (await import('./test.js')).test,
  token: async () => (await import('./token.js')).token,
  audit: async () => (await import('./audit.js')).audit,
  client: async () => (await import('./client.js')).client,
  keys: async () => (await import('./keys.js')).keys,
  render: async () => (await import('./render.js')).render,
  'virtual-router': async () => (await import('./virtual-router.js')).virtualRouter,
  openapi: async () => (await import('./openapi.js')).openapi,
  docs: async () => (await import('./docs.js')).docs,
  why: async () => (await import('./why.js')).why,
  login: async () => (await import('./login.js')).login,
  sites: async () => (await import('./sites.js')).sites,
  jobs: async () => (await import('./jobs.js')).jobs,
  run: async () => (await import('./run.js')).run,
  backup: async () => (await import('./backup.js')).backup,
};

async function help(): Promise<string> {
  const commands = await Promise.all(Object.values(COMMANDS).map((load) => load()));
  const width = Math.max(...commands.map((c) => usageOf(c).length));
  const rows = commands.map((c) => `  ${usageOf(c).padEnd(width)}  ${c.summary.split('. ')[0]!.replace(/\.$/, '')}`);
  return [
    'rosfleet: control plane for fleets of MikroTik routers',
    '',
    'usage: rosfleet <command> [options]',
    '',
    ...rows,
    '',
    '`rosfleet <command> --help` tells more; `rosfleet --version` the version.',
  ].join('\n');
}

async function run([name, ...args]: readonly string[]): Promise<number> {
  if (name === '--version' || name === '-v') return (print(`rosfleet ${version()}`), 0);
  if (name === '--help' || name === '-h') return (print(await help()), 0);
  if (name === 'help') return args[0] ? run([args[0], '--help']) : (print(await help()), 0);
  if (name === undefined) return (say(await help()), 2);
  const load = Object.hasOwn(COMMANDS, name) ? COMMANDS[name]! : undefined;
  if (!load) {
    const names = Object.keys(COMMANDS);
    const meant = closest(name, names);
    throw new UsageError(`There is no command «${name}». ${meant ? `Did you mean ${meant}? ` : ''}Commands: ${names.join(', ')}, help.`);
  }
  const command = await load();
  if (args.includes('--help') || args[0] === '-h') return (print(helpOf(command)), 0);
  if (command.raw) return (await command.run({}, [], args)) ?? 0;
  try {
    const { given, positionals } = readArguments(command, args);
    return (await command.run(given, positionals, args)) ?? 0;
  } catch (error) {
    if (error instanceof UsageError) error.message += `\n\`rosfleet ${command.name} --help\` tells more.`;
    throw error;
  }
}

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  const plain = error instanceof UsageError || error instanceof CommandFailed || PLAIN.has((error as Error).constructor.name);
  say(plain ? `rosfleet: ${(error as Error).message}` : `rosfleet: ${(error as Error).stack ?? String(error)}`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
// What a command leaves open (idle connections, a worker) must not keep the process.
process.stdout.write('', () => process.exit());
