import type { Random } from './random.js';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const LENGTH = 27;
/** Seconds of the Unix clock at which the clock of KSUIDs begins, on 13 May 2014. */
const EPOCH = 1_400_000_000;
const RANDOM_BYTES = 16;

/**
 * A new KSUID: four bytes with the seconds since 2014, sixteen of chance, written as 27 letters and digits that sort by time
 * (format: https://github.com/segmentio/ksuid). Those of one second stand in no order.
 */
export const newKsuid = (random: Random, at: Date): string => ksuidOf(Math.floor(at.getTime() / 1000) - EPOCH, random.bytes(RANDOM_BYTES));

/** @param seconds since the beginning of the clock of KSUIDs; @param payload sixteen bytes */
export function ksuidOf(seconds: number, payload: Buffer): string {
  let rest = (BigInt(seconds) << BigInt(8 * RANDOM_BYTES)) | BigInt(`0x${payload.toString('hex')}`);
  let text = '';
  for (let i = 0; i < LENGTH; i++) {
    text = ALPHABET[Number(rest % 62n)]! + text;
    rest /= 62n;
  }
  return text;
}
