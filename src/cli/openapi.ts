import { openApiText } from '../../tools/docs/openapi.js';
import { command } from './command.js';
import { writePages } from './docs.js';

export const openapi = command({
  name: 'openapi',
  summary: 'Write openapi/openapi.json from the running code.',
  options: { check: { describe: 'Write nothing; exit code 1 when the committed file differs.' } },
  run: ({ check }) => writePages([{ file: 'openapi/openapi.json', text: openApiText }], check ?? false),
});
