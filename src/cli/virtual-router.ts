import { command } from './command.js';

export const virtualRouter = command({
  name: 'virtual-router',
  summary: 'Play a router: run a bootstrap command, then live on and execute what comes.',
  raw: true,
  options: {
    bootstrap: { value: "'LINE'", describe: 'The command line to paste into its terminal. Required.' },
    serial: { value: 'SERIAL', describe: 'Serial number; the same one is the same router.' },
    identity: { value: 'NAME', describe: 'Its /system identity. Default: MikroTik.' },
    model: { value: 'MODEL', describe: 'As on the label. Default: RB5009UG+S+.' },
    version: { value: '7.x', describe: 'RouterOS version. Default: 7.22.3.' },
    once: { describe: 'End after the command; exit code 1 when it failed.' },
  },
  async run(_given, _positionals, args) {
    process.argv = [process.argv[0]!, 'virtual-router', ...args];
    await import('../../tools/virtual-router/cli.js');
    await new Promise(() => undefined); // it ends the process itself
  },
});
