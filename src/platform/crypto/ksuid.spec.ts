import { describe, expect, it } from '@jest/globals';
import { ksuidOf, newKsuid } from './ksuid.js';
import { Random } from './random.js';

describe('a KSUID', () => {
  it('is written as the reference implementation writes it', () => {
    // The example of its README: 2017-10-10 04:00:47 UTC.
    expect(ksuidOf(107_608_047, Buffer.from('B5A1CD34B5F99D1154FB6853345C9735', 'hex'))).toBe('0ujtsYcgvSTl8PAuAdqWYSMnLOv');
    expect(ksuidOf(0, Buffer.alloc(16))).toBe('0'.repeat(27));
    expect(ksuidOf(2 ** 32 - 1, Buffer.alloc(16, 255))).toBe('aWgEPTl1tmebfsQzFP4bxwgy80V');
  });

  it('sorts by time and is new each time', () => {
    const random = new Random();
    const ids = Array.from({ length: 1000 }, (_, i) => newKsuid(random, new Date(Date.UTC(2026, 0, 1) + i * 1000)));
    expect([...ids].sort()).toEqual(ids);
    expect(new Set(Array.from({ length: 1000 }, () => newKsuid(random, new Date(0 + 1.7e12)))).size).toBe(1000);
    for (const id of ids) expect(id).toMatch(/^[0-9A-Za-z]{27}$/);
  });
});
