import { readFileSync } from 'node:fs';
import { rendererRegistry } from '../routeros/render/index.js';
import { closest, command, CommandFailed, UsageError } from './command.js';
import { print } from './project.js';

const NEWEST = '7.24';

export const render = command({
  name: 'render',
  positionals: ['[name]'],
  summary: 'Print a script as routers get it, made from a sample or from your input.',
  options: {
    list: { describe: 'List what can be rendered.' },
    input: {
      value: 'FILE',
      describe: 'JSON object with the input; «-» reads standard input. Fields that it leaves out come from the sample.',
    },
    ros: { value: 'VERSION', describe: `RouterOS version to render for. Default: ${NEWEST}.` },
    debug: { value: 'readable', describe: 'Print it with line breaks and comments, as the header x-ros-debug: readable does.' },
    sample: { describe: 'Print the sample input instead of the script.' },
  },
  run({ list, input, ros, debug, sample }, [name]) {
    if (list || name === undefined) {
      if (!list) throw new UsageError(`render needs the name of what to render: ${Object.keys(rendererRegistry).join(', ')}.`);
      const width = Math.max(...Object.keys(rendererRegistry).map((n) => n.length));
      for (const [n, { describe }] of Object.entries(rendererRegistry)) print(`${n.padEnd(width)}  ${describe}`);
      return Promise.resolve();
    }
    const renderer = Object.hasOwn(rendererRegistry, name) ? rendererRegistry[name]! : undefined;
    if (!renderer) {
      const names = Object.keys(rendererRegistry);
      const meant = closest(name, names);
      throw new UsageError(
        `There is nothing called «${name}» to render. ${meant ? `Did you mean ${meant}? ` : ''}Names: ${names.join(', ')}.`,
      );
    }
    if (ros !== undefined && !/^7\.\d+(\.\d+)?$/.test(ros))
      throw new UsageError(`--ros ${ros} is no RouterOS 7 version; for example --ros 7.16.2.`);
    if (debug !== undefined && debug !== 'readable') throw new UsageError(`--debug ${debug} is not known; --debug readable is.`);
    if (sample) return Promise.resolve(print(JSON.stringify(renderer.sample, null, 2)));
    const merged =
      input === undefined ? renderer.sample : { ...(renderer.sample as object), ...readInput(input, renderer.sample as object) };
    try {
      print(
        renderer
          .render(merged, { version: ros ?? NEWEST })
          .toString({ readable: debug === 'readable', terminal: name === 'bootstrap-command' }),
      );
    } catch (error) {
      if ((error as Error).name === 'InvalidRenderInput') throw new CommandFailed((error as Error).message);
      throw error;
    }
    return Promise.resolve();
  },
});

function readInput(file: string, sample: object): object {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file === '-' ? 0 : file, 'utf8'));
  } catch (error) {
    throw new CommandFailed(`The input ${file} cannot be read as JSON: ${(error as Error).message}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new CommandFailed('The input must be a JSON object.');
  const foreign = Object.keys(value).filter((key) => !Object.hasOwn(sample, key));
  if (foreign.length) throw new CommandFailed(`The input has no field ${foreign.join(', ')}. Fields: ${Object.keys(sample).join(', ')}.`);
  return value;
}
