import { serve } from '../serve.js';
import { command, wholeNumber } from './command.js';
import { DATA_OPTION, withDataDir } from './data-dir.js';

export const start = command({
  name: 'start',
  summary: 'Start the server. Ctrl-C stops it.',
  options: {
    port: { value: 'PORT', describe: 'TCP port, 0 for a free one. Default: PORT, else 8080.' },
    data: DATA_OPTION,
    host: { value: 'ADDRESS', describe: 'Address to listen on; 0.0.0.0 lets routers in from the network. Default: HOST, else 127.0.0.1.' },
  },
  notes:
    'Everything else comes from the environment; .env.example lists it. Options win over the environment.\nThe last line on standard output is «ready URL»; the log (JSON lines) goes to standard error.',
  run({ port, data, host }) {
    if (port !== undefined) wholeNumber('--port', port, { min: 0, max: 65_535 });
    return serve({ ...withDataDir(data), ...(port === undefined ? {} : { PORT: port }), ...(host === undefined ? {} : { HOST: host }) });
  },
});
