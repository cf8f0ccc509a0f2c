import 'reflect-metadata'; // @peculiar/x509 finds its parts by it
import * as x509 from '@peculiar/x509';
import { isIP } from 'node:net';
import { webcrypto } from 'node:crypto';

/** RSA with SHA-256: what every RouterOS 7 verifies. */
const KEY = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', publicExponent: new Uint8Array([1, 0, 1]), modulusLength: 2048 };
const DAY_MS = 86_400_000;
/** Ends before 2050, from when on times of certificates take another form (RFC 5280, 4.1.2.5), which old parsers do not know. */
const CA_LAST_DAY = Date.UTC(2049, 11, 31);
const CA_DAYS = 20 * 365;
/** Clocks of routers may be behind by so much. */
const EARLY_DAYS = 2;
export const SERVER_DAYS = 365;
/** A certificate with less than this left is renewed. */
export const RENEW_DAYS = 60;

/** A certificate with its private key, both as PEM (PKCS #8 for the key). */
export interface CertifiedKey {
  readonly certificate: string;
  readonly key: string;
}

/** A new certificate authority for tunnel servers, valid for 20 years. @param name its common name */
export async function makeAuthority(name: string, now: Date): Promise<CertifiedKey> {
  const keys = await webcrypto.subtle.generateKey(KEY, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    {
      ...{ name: [{ CN: [name] }], keys, signingAlgorithm: KEY, serialNumber: serial() },
      notBefore: new Date(now.getTime() - EARLY_DAYS * DAY_MS),
      notAfter: new Date(Math.min(now.getTime() + CA_DAYS * DAY_MS, CA_LAST_DAY)),
      extensions: [
        new x509.BasicConstraintsExtension(true, 0, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      ],
    },
    webcrypto as Crypto,
  );
  return { certificate: pem(certificate), key: await exportKey(keys.privateKey) };
}

/**
 * A certificate of a tunnel server under that authority, with a new key, valid for 365 days at most.
 * @param host DNS name or IP address that clients connect to: its common name and its subject alternative name
 */
export async function issueServerCertificate(authority: CertifiedKey, host: string, now: Date): Promise<CertifiedKey> {
  const issuer = new x509.X509Certificate(authority.certificate);
  const keys = await webcrypto.subtle.generateKey(KEY, true, ['sign', 'verify']);
  const plain = host.replace(/^\[(.*)\]$/, '$1');
  const certificate = await x509.X509CertificateGenerator.create(
    {
      ...{ serialNumber: serial(), issuer: issuer.subjectName, subject: [{ CN: [plain] }] },
      notBefore: new Date(now.getTime() - EARLY_DAYS * DAY_MS),
      notAfter: new Date(Math.min(now.getTime() + SERVER_DAYS * DAY_MS, issuer.notAfter.getTime())),
      ...{ publicKey: keys.publicKey, signingKey: await importKey(authority.key), signingAlgorithm: KEY },
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyEncipherment, true),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
        new x509.SubjectAlternativeNameExtension([{ type: isIP(plain) ? 'ip' : 'dns', value: plain }]),
        await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey, false, webcrypto as Crypto),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      ],
    },
    webcrypto as Crypto,
  );
  return { certificate: pem(certificate), key: await exportKey(keys.privateKey) };
}

/** Whether it is time for a new certificate. */
export const isDue = (certificate: string, now: Date): boolean => expiryOf(certificate).getTime() - now.getTime() < RENEW_DAYS * DAY_MS;

export const expiryOf = (certificate: string): Date => new x509.X509Certificate(certificate).notAfter;

/** 16 random bytes, positive and not 0: RFC 5280, 4.1.2.2. */
function serial(): string {
  const bytes = webcrypto.getRandomValues(new Uint8Array(16));
  bytes[0] = (bytes[0]! & 0x3f) | 0x40;
  return Buffer.from(bytes).toString('hex');
}

const pem = (certificate: x509.X509Certificate): string => `${certificate.toString('pem').trim()}\n`;

async function exportKey(key: webcrypto.CryptoKey): Promise<string> {
  const body = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key)).toString('base64');
  return `-----BEGIN PRIVATE KEY-----\n${body.match(/.{1,64}/g)!.join('\n')}\n-----END PRIVATE KEY-----\n`;
}

const importKey = (key: string): Promise<webcrypto.CryptoKey> =>
  webcrypto.subtle.importKey('pkcs8', Buffer.from(key.replace(/-----[^-]+-----|\s/g, ''), 'base64'), KEY, false, ['sign']);
