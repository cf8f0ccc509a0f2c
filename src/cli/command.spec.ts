import { describe, expect, it } from '@jest/globals';
import { closest, command, helpOf, readArguments, wholeNumber } from './command.js';

const sample = command({
  name: 'sample',
  positionals: ['<site>'],
  summary: 'Do a thing.',
  options: { port: { value: 'PORT', describe: 'A port.' }, check: { describe: 'Only look.' } },
  run: () => Promise.resolve(),
});
const read = (...args: string[]): unknown => readArguments(sample, args);

describe('the arguments of a command', () => {
  it('are read in any order, with a blank or an equals sign', () => {
    const whole = { given: { port: '8080', check: true }, positionals: ['oslo'] };
    expect(read('oslo', '--port', '8080', '--check')).toMatchObject(whole);
    expect(read('--check', '--port=8080', 'oslo')).toMatchObject(whole);
  });

  it.each([
    [
      'an unknown option, with the one that was meant',
      ['oslo', '--prot', '1'],
      /no option --prot\. Did you mean --port\? sample knows --port, --check/,
    ],
    ['an option without its value', ['oslo', '--port'], /--port needs a value: --port PORT/],
    ['an option whose value is the next option', ['oslo', '--port', '--check'], /--port needs a value/],
    ['a switch with a value', ['oslo', '--check=yes'], /--check takes no value/],
    ['a missing argument', [], /sample needs <site>/],
    ['one argument too many', ['oslo', 'riga'], /does not know what to do with «riga»/],
  ])('refuse %s', (_what, args, message) => {
    expect(() => read(...args)).toThrow(message);
  });

  it('are explained by the help', () => {
    expect(helpOf(sample)).toMatch(/usage: rosfleet sample <site> \[options\][\s\S]*--port PORT {2}A port\.[\s\S]*--help/);
  });

  it('take whole numbers in their range only', () => {
    expect(wholeNumber('--port', '0', { min: 0, max: 9 })).toBe(0);
    for (const bad of ['-1', '10', '1.5', '1e0', ' 1', '']) {
      expect(() => wholeNumber('--port', bad, { min: 0, max: 9 })).toThrow(/is not a whole number from 0 to 9/);
    }
  });

  it('suggest a name only when one is near', () => {
    expect(closest('strat', ['start', 'demo'])).toBe('start');
    expect(closest('frobnicate', ['start', 'demo'])).toBeUndefined();
  });
});
