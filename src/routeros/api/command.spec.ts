import { describe, expect, it } from '@jest/globals';
import { commandSentence, onlyLooks } from './command.js';
import { InvalidCommandError } from './errors.js';

describe('A command for the RouterOS API', () => {
  it.each([
    [['=name=value']],
    [['=name=']],
    [['=.id=*1,*2', '=comment=a=b\n!done\0']],
    [['=!dst-port=']],
    [['.proplist=name,comment', '=.proplist=name']],
    [['?name', '?-name', '?name=value', '?=name=value', '?<mtu=1500', '?>mtu=1500', '?#|!', '?#0.1&']],
    [['=output.redistribute=connected', '=ipv6.address=::1']],
  ])('takes the words %j', (words) => {
    expect(commandSentence({ path: '/ip/address/print', words })).toEqual(['/ip/address/print', ...words]);
  });

  it.each(['', '!done', '/ip/address/remove', '.tag=1', 'name=value', '=name', '==x', '= =x', '?', '?#', '?#x', '?>a', '?=', '=a\n=b'])(
    'refuses the word %j',
    (word) => {
      expect(() => commandSentence({ path: '/ip/address/print', words: [word] })).toThrow(InvalidCommandError);
    },
  );

  it.each([
    '',
    '/',
    'ip/address/print',
    '/ip address print',
    '/ip//print',
    '/ip/address/print/',
    '/ip\n/print',
    '/ip/..',
    '/-a',
    `/${'a'.repeat(300)}`,
  ])('refuses the path %j', (path) => {
    expect(() => commandSentence({ path })).toThrow(/is no command path/);
  });

  it.each(['/login', '/quit', '/cancel', '/LOGIN'])('does not hand out the connection: %s', (path) => {
    expect(() => commandSentence({ path })).toThrow(/about the connection/);
  });

  it('has an end', () => {
    const word = `=a=${'x'.repeat(1000)}`;
    expect(() => commandSentence({ path: '/a', words: Array<string>(1100).fill(word) })).toThrow(/at most 1048576 bytes/);
    expect(() => commandSentence({ path: '/a', words: Array<string>(2001).fill('=a=') })).toThrow(/at most 2000 words/);
  });

  it('says which word is wrong and what would be right, at reasonable length', () => {
    expect(() => commandSentence({ path: '/a', words: ['x'.repeat(500)] })).toThrow(/^"x{80}…" is no word of a command: write =name=value/);
    expect(() => commandSentence({ path: '/a', words: ['password=hunter2'] })).toThrow(/^"password=…" is no word/);
  });

  it('is known to only look, or not', () => {
    expect(['/ip/route/print', '/ip/route/getall', '/ip/route/get'].every(onlyLooks)).toBe(true);
    expect(['/ip/route/add', '/system/reboot', '/tool/fetch', '/print-server/set'].some(onlyLooks)).toBe(false);
  });
});
