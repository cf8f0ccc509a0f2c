/**
 * A virtual router on the command line: pastes the bootstrap command, shows what the terminal shows, then lives on.
 *
 *   node dist/tools/virtual-router/cli.js [--bootstrap '<command line>'] [--api-port P] [--serial S] [--identity N]
 *     [--model M] [--version 7.x] [--once]
 *
 * `--api-port` serves the RouterOS API on that port of 127.0.0.1, for port 8728 of the router (user `admin`, no password,
 * as new routers have). `--once` ends after the paste; the exit code is 1 when it failed.
 */
import { parseArgs } from 'node:util';
import { ApiServer } from './api/index.js';
import { UnsupportedByVirtualRouter } from './errors.js';
import { VirtualRouter } from './virtual-router.js';

const { values } = parseArgs({
  options: {
    bootstrap: { type: 'string' },
    'api-port': { type: 'string' },
    serial: { type: 'string', default: 'HGV0VIRTUAL1' },
    identity: { type: 'string', default: 'MikroTik' },
    model: { type: 'string', default: 'RB5009UG+S+' },
    version: { type: 'string', default: '7.22.3' },
    once: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

const apiPort = values['api-port'] === undefined ? undefined : Number(values['api-port']);
const wrongPort = apiPort !== undefined && !(Number.isInteger(apiPort) && apiPort >= 1 && apiPort <= 65_535);
if (wrongPort) console.error(`--api-port: ${values['api-port']} is no port; a port is a whole number between 1 and 65535.`);
if (values.help || wrongPort || (values.bootstrap === undefined && apiPort === undefined)) {
  console.error(
    "usage: virtual-router [--bootstrap '<command line>'] [--api-port P] [--serial S] [--identity N] [--model M] [--version 7.x] [--once]\n" +
      'at least one of --bootstrap and --api-port',
  );
  process.exit(values.help ? 0 : 2);
}

const router = new VirtualRouter({ serial: values.serial, identity: values.identity, model: values.model, version: values.version });
const stamp = (): string => new Date().toISOString().slice(11, 19);

/** What the terminal prints for an error: RouterOS marks it by words, not by an exit code. */
const FAILURE =
  /(^|\n)(failure: |Script Error|syntax error|expected |bad command name|input does not match|no such item|undeclared variable|missing value|invalid |ambiguous )/;

let failed = false;
try {
  const output = await router.paste(values.bootstrap ?? '');
  process.stdout.write(output.endsWith('\n') || output === '' ? output : `${output}\n`);
  failed = FAILURE.test(output);
} catch (error) {
  if (!(error instanceof UnsupportedByVirtualRouter)) throw error;
  console.error(error.message);
  failed = true;
}

if (values.once) {
  // what the paste left running in the background, the first heartbeat among it
  await Promise.race([router.jobs.settled(), new Promise((done) => setTimeout(done, 10_000))]);
  // keep-alive connections would hold the process
  process.exit(failed ? 1 : 0);
}

if (apiPort !== undefined) {
  await ApiServer.start(router, { ports: { 8728: apiPort } });
  console.log(`${stamp()} the RouterOS API is served on 127.0.0.1:${apiPort}`);
}
router.onEvent = ({ kind, detail }) => {
  if (kind === 'log') console.log(`${stamp()} log ${(detail['topics'] as string[]).join(',')} ${String(detail['message'])}`);
  else if (kind === 'request') console.log(`${stamp()} ${String(detail['method'])} ${String(detail['url'])}`);
  else if (kind === 'output') console.log(`${stamp()} ${String(detail['name'])} says ${JSON.stringify(detail['output'])}`);
  else if (kind === 'boot') console.log(`${stamp()} rebooted`);
};
router.start();
let reported = 0;
setInterval(() => {
  for (; reported < router.failures.length; reported++) console.error(`${stamp()} ${router.failures[reported]!.message}`);
}, 1000);
process.on('SIGINT', () => void router.stop().then(() => process.exit(0)));
process.on('SIGTERM', () => void router.stop().then(() => process.exit(0)));
