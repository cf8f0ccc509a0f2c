import { describe, expect, it } from '@jest/globals';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { expiryOf, isDue, issueServerCertificate, makeAuthority } from './certificates.js';

const NOW = new Date('2026-01-01T12:00:00Z');
const DAY_MS = 86_400_000;

describe('certificates of the tunnel', () => {
  it('form a chain that Node.js verifies, for the name or the address that routers connect to', async () => {
    const authority = await makeAuthority('rosfleet tunnel', NOW);
    const ca = new X509Certificate(authority.certificate);
    expect(ca.ca).toBe(true);
    expect(ca.verify(ca.publicKey)).toBe(true);
    expect(new Date(ca.validTo).getUTCFullYear()).toBeGreaterThanOrEqual(2045);
    for (const host of ['tunnel.example.net', '192.0.2.7']) {
      const server = await issueServerCertificate(authority, host, NOW);
      const leaf = new X509Certificate(server.certificate);
      expect([leaf.verify(ca.publicKey), leaf.checkIssued(ca), leaf.ca]).toEqual([true, true, false]);
      expect(leaf.checkPrivateKey(createPrivateKey(server.key))).toBe(true);
      expect(leaf.subject).toBe(`CN=${host}`);
      expect(/^\d/.test(host) ? leaf.checkIP(host) : leaf.checkHost(host, { subject: 'never' })).toBe(host);
      expect(leaf.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
    }
  });

  it('are due before they end, and none outlives its authority', async () => {
    const authority = await makeAuthority('rosfleet tunnel', NOW);
    const { certificate } = await issueServerCertificate(authority, 'a.example', NOW);
    expect(isDue(certificate, NOW)).toBe(false);
    expect(isDue(certificate, new Date(NOW.getTime() + 300 * DAY_MS))).toBe(false);
    expect(isDue(certificate, new Date(NOW.getTime() + 310 * DAY_MS))).toBe(true);
    const end = expiryOf(authority.certificate);
    const last = await issueServerCertificate(authority, 'a.example', new Date(end.getTime() - 10 * DAY_MS));
    expect(expiryOf(last.certificate)).toEqual(end);
  });
});
