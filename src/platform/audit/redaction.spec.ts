import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { redacted } from './redaction.js';

describe('what a request said', () => {
  it('is kept without secrets', () => {
    const body = { name: 'x', password: 'p1', new_password: 'p2', nested: { api_key: 'k', list: [{ code: '123456', ok: 1 }] } };
    expect(JSON.parse(redacted({ body, params: { token: 't', id: 'i' } }))).toEqual({
      body: {
        ...{ name: 'x', password: '[removed]', new_password: '[removed]' },
        nested: { api_key: '[removed]', list: [{ code: '[removed]', ok: 1 }] },
      },
      params: { token: '[removed]', id: 'i' },
    });
  });

  it('is bounded, whatever was sent', () => {
    fc.assert(fc.property(fc.jsonValue({ maxDepth: 12 }), (body) => redacted({ body: body }).length <= 4096));
    expect(redacted({ body: Array(5000).fill('x'.repeat(1000)) }).length).toBeLessThan(5000);
    expect(JSON.parse(redacted({ body: 'x'.repeat(300) }))).toEqual({ body: `${'x'.repeat(200)}…` });
  });
});
