import { describe, expect, it } from '@jest/globals';
import { growingPercent } from './heap-room.js';

describe('the room of the heap', () => {
  it.each([
    [32, 700],
    [64, 300],
    [128, 100],
    [192, 33],
    [256, 25],
    [1024, 25],
  ])('with %i MiB alive is %i %%', (mebibytes, percent) => {
    expect(growingPercent(mebibytes * 1_048_576)).toBe(percent);
  });
});
