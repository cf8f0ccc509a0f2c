import { describe, expect, it } from '@jest/globals';
import { signatureHeaders } from './webhook-signature.js';

describe('the signature of a webhook', () => {
  /** The example of the specification's reference libraries. */
  const example = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', timestamp: 1_614_265_330, body: '{"test": 2432232314}' };
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

  it('is the one of Standard Webhooks', () =>
    expect(signatureHeaders(example, [secret])).toEqual({
      'webhook-id': example.id,
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    }));

  it('stands once for each secret while two are good', () => {
    const [first, second, ...more] = signatureHeaders(example, [secret, 'whsec_AAAA'])['webhook-signature']!.split(' ');
    expect(first).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
    expect(second).toMatch(/^v1,[A-Za-z0-9+/]{43}=$/);
    expect(more).toEqual([]);
  });
});
