import { describe, expect, it } from '@jest/globals';
import { judge } from './fidelity.js';

describe('judging a script nobody here wrote', () => {
  it.each([
    [':put 1', 'ran'],
    [':put (', 'syntax'],
    ['/no such menu', 'unresolved'],
    [':error x', 'runtime-error'],
    ['/system backup load name=x', 'unsupported'],
    [':while (true) do={:delay 1m}', 'endless'],
    [':delay 2h; :put late', 'ran'],
  ])('%s: %s', async (text, outcome) => {
    expect(await judge(text, '7.22.3')).toMatchObject({ outcome });
  });

  it('can be told to let undeclared variables be', async () => {
    expect(await judge(':put $nobody', '7.22.3')).toMatchObject({ outcome: 'unresolved' });
    expect(await judge(':put $nobody', '7.22.3', [], true)).toMatchObject({ outcome: 'ran' });
  });
});
