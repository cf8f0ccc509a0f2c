import { describe, expect, it } from '@jest/globals';
import { growingPercent } from './heap-room.js';

describe('the room of the heap', () => {
  it.each([
    [32, 500],
    [64, 200],
    [128, 50],
    [160, 20],
    [192, 13],
    [1024, 13],
  ])('with %i MiB alive is %i %%', (mebibytes, percent) => {
    expect(growingPercent(mebibytes * 1_048_576)).toBe(percent);
  });
});
