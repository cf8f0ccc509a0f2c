import { Injectable } from '@nestjs/common';
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';

const NONCE = 12;
const TAG = 16;

interface KeySet {
  readonly seal: Buffer;
  readonly mac: Buffer;
  readonly device: Buffer;
}

/**
 * Everything derived from APP_KEY: sealing at rest (AES-256-GCM), MACs (HMAC-SHA-256) and the device key. Each use has a
 * key of its own (HKDF), and the previous APP_KEY opens and verifies what it once made.
 */
@Injectable()
export class AppKeys {
  private readonly sets: readonly KeySet[];

  constructor(current: string, previous?: string) {
    this.sets = [current, previous].filter((k) => k !== undefined).map(derive);
  }

  /** Encrypts for storage; `purpose` binds the text to its place, so that a sealed value moved elsewhere does not open. */
  seal(plain: string, purpose: string): string {
    return this.sealBytes(Buffer.from(plain), purpose).toString('base64url');
  }

  /** The same of bytes, in bytes: 28 more than the plain ones. */
  sealBytes(plain: Uint8Array, purpose: string): Buffer {
    const nonce = randomBytes(NONCE);
    const cipher = createCipheriv('aes-256-gcm', this.current.seal, nonce).setAAD(Buffer.from(purpose));
    const body = Buffer.concat([cipher.update(plain), cipher.final()]);
    return Buffer.concat([nonce, body, cipher.getAuthTag()]);
  }

  /** @throws Error when the text was made under no known key or for another purpose */
  open(sealed: string, purpose: string): string {
    return this.openBytes(Buffer.from(sealed, 'base64url'), purpose).toString('utf8');
  }

  /** @throws Error as `open` does */
  openBytes(raw: Buffer, purpose: string): Buffer {
    for (const set of this.sets) {
      try {
        const decipher = createDecipheriv('aes-256-gcm', set.seal, raw.subarray(0, NONCE)).setAAD(Buffer.from(purpose));
        decipher.setAuthTag(raw.subarray(raw.length - TAG));
        return Buffer.concat([decipher.update(raw.subarray(NONCE, raw.length - TAG)), decipher.final()]);
      } catch {
        continue;
      }
    }
    throw new Error(`A value sealed for ${purpose} cannot be opened: APP_KEY is not the one that made it, or it was altered.`);
  }

  /** HMAC-SHA-256 of `text`, base64url without padding (43 characters). */
  mac(text: string, purpose: string): string {
    return hmac(this.current.mac, text, purpose).toString('base64url');
  }

  /** `text`'s MAC under the current and the previous key: what a look-up by MAC has to try. */
  macsOf(text: string, purpose: string): string[] {
    return this.sets.map((set) => hmac(set.mac, text, purpose).toString('base64url'));
  }

  /** Constant-time check of `mac`, under the current and the previous key. */
  macMatches(candidate: string, text: string, purpose: string): boolean {
    const given = Buffer.from(candidate, 'base64url');
    return this.sets.some((set) => {
      const right = hmac(set.mac, text, purpose);
      return given.length === right.length && timingSafeEqual(given, right);
    });
  }

  /**
   * Deterministic authenticated encryption of a short binary value: the nonce is a MAC of the plain text (the SIV
   * construction), so equal input gives equal output and a router adopted twice gets the very same token.
   */
  sealDeterministic(plain: Buffer): string {
    return sealSiv(this.current.device, plain);
  }

  openDeterministic(sealed: string): Buffer | undefined {
    const raw = Buffer.from(sealed, 'base64url');
    if (raw.length <= NONCE + TAG || raw.toString('base64url') !== sealed) return undefined;
    for (const set of this.sets) {
      try {
        const decipher = createDecipheriv('aes-256-gcm', set.device, raw.subarray(0, NONCE));
        decipher.setAuthTag(raw.subarray(raw.length - TAG));
        return Buffer.concat([decipher.update(raw.subarray(NONCE, raw.length - TAG)), decipher.final()]);
      } catch {
        continue;
      }
    }
    return undefined;
  }

  private get current(): KeySet {
    return this.sets[0]!;
  }
}

function derive(appKey: string): KeySet {
  const of = (use: string): Buffer => Buffer.from(hkdfSync('sha256', Buffer.from(appKey, 'hex'), Buffer.alloc(0), `rosfleet ${use}`, 32));
  return { seal: of('seal'), mac: of('mac'), device: of('device') };
}

const hmac = (key: Buffer, text: string, purpose: string): Buffer =>
  createHmac('sha256', key).update(purpose).update('\0').update(text).digest();

function sealSiv(key: Buffer, plain: Buffer): string {
  const nonce = createHmac('sha256', key).update('nonce').update(plain).digest().subarray(0, NONCE);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  const body = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([nonce, body, cipher.getAuthTag()]).toString('base64url');
}
