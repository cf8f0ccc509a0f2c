const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const VALUE = new Map([...ALPHABET].map((c, i) => [c, BigInt(i)]));

/** Length of every base62 UUID of ours: padded, so that it always fits the contract's pattern ^[0-9A-Za-z]{20,22}$. */
const LENGTH = 22;

/** The base62 form of a UUID: 22 characters, digits before capitals before small letters. */
export function uuidToBase62(uuid: string): string {
  let rest = BigInt(`0x${uuid.replaceAll('-', '')}`);
  let out = '';
  for (let i = 0; i < LENGTH; i++) {
    out = ALPHABET[Number(rest % 62n)]! + out;
    rest /= 62n;
  }
  return out;
}

/** The UUID behind a base62 text, or undefined when it is none. Accepts unpadded forms (20 or 21 characters). */
export function base62ToUuid(text: string): string | undefined {
  if (!/^[0-9A-Za-z]{20,22}$/.test(text)) return undefined;
  let value = 0n;
  for (const c of text) value = value * 62n + VALUE.get(c)!;
  if (value >> 128n) return undefined;
  const hex = value.toString(16).padStart(32, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
