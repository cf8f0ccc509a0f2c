import { runDemo } from '../../tools/demo/index.js';
import { firstSignal } from '../serve.js';
import { command, wholeNumber } from './command.js';

export const demo = command({
  name: 'demo',
  summary: 'Start a server and virtual routers that join it, report and do jobs. Everything is gone afterwards.',
  options: {
    routers: { value: 'N', describe: 'How many routers, from 2 to 1000. Default: 25.' },
    seconds: {
      value: 'N',
      describe: 'End after this time; exit code 1 when the tour was not through (it takes up to 65 s). Default: Ctrl-C ends it.',
    },
    port: { value: 'PORT', describe: 'TCP port. Default: a free one.' },
    host: { value: 'ADDRESS', describe: 'Address to listen on. Default: 127.0.0.1.' },
    data: { value: 'DIR', describe: 'Keep the data in this folder and only play the routers, without the tour: for development.' },
  },
  run({ routers, seconds, port, host, data }) {
    const number = (option: string, given: string | undefined, min: number, max: number): number | undefined =>
      given === undefined ? undefined : wholeNumber(option, given, { min, max });
    return runDemo(
      {
        ...{ routers: number('--routers', routers, 2, 1000) ?? 25, port: number('--port', port, 0, 65_535) ?? 0 },
        ...{ seconds: number('--seconds', seconds, 1, 86_400), host, dataDir: data },
      },
      firstSignal(),
    );
  },
});
