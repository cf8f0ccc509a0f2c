import { describe, expect, it } from '@jest/globals';
import { SharedReads } from './shared-reads.js';

/** A read that ends when it is told to, and knows when it began. */
function slow(): { reads: { end(value: string): void; fail(error: Error): void }[]; read: () => Promise<string> } {
  const reads: { end(value: string): void; fail(error: Error): void }[] = [];
  return { reads, read: () => new Promise((end, fail) => void reads.push({ end, fail })) };
}
const turn = (): Promise<void> => new Promise((done) => setImmediate(done));

describe('shared reads', () => {
  it('answer those who come while one runs by one that begins after they came', async () => {
    const shared = new SharedReads<string>();
    const { reads, read } = slow();
    const first = shared.get('a', read);
    const [second, third] = [shared.get('a', read), shared.get('a', read)];
    expect(reads).toHaveLength(1);
    reads[0]!.end('old');
    expect(await first).toBe('old');
    await turn();
    expect(reads).toHaveLength(2);
    const fourth = shared.get('a', read);
    reads[1]!.end('new');
    expect(await Promise.all([second, third])).toEqual(['new', 'new']);
    await turn();
    reads[2]!.end('newest');
    expect(await fourth).toBe('newest');
    expect(reads).toHaveLength(3);
  });

  it('keep nothing, mix nothing up, and let a failure fail only those who waited for it', async () => {
    const shared = new SharedReads<string>();
    const { reads, read } = slow();
    const [a, b] = [shared.get('a', read), shared.get('b', read)];
    const later = shared.get('a', read);
    reads[1]!.end('b');
    reads[0]!.fail(new Error('away'));
    expect(await b).toBe('b');
    await expect(a).rejects.toThrow('away');
    await turn();
    reads[2]!.end('again');
    expect(await later).toBe('again');
    await turn();
    const fresh = shared.get('a', read);
    reads[3]!.end('fresh');
    expect(await fresh).toBe('fresh');
  });
});
