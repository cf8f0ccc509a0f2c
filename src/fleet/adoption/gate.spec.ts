import { describe, expect, it } from '@jest/globals';
import { Gate } from './gate.js';

describe('a gate', () => {
  it('lets no more in than it has places, all of them in the end, and forgets no place when one fails', async () => {
    const gate = new Gate(3);
    let inside = 0;
    let most = 0;
    const works = Array.from({ length: 20 }, (_, i) =>
      gate.run(async () => {
        most = Math.max(most, ++inside);
        await new Promise((done) => setImmediate(done));
        inside--;
        if (i % 4 === 0) throw new Error('failed');
        return i;
      }),
    );
    const ends = await Promise.allSettled(works);
    expect(most).toBe(3);
    expect(ends.filter((e) => e.status === 'fulfilled')).toHaveLength(15);
    expect(await gate.run(async () => 'still open')).toBe('still open');
  });
});
