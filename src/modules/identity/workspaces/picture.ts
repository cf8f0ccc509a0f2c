import { createHash } from 'node:crypto';

export const PICTURE_TYPES = ['image/jpeg', 'image/png', 'image/gif'] as const;
export type PictureType = (typeof PICTURE_TYPES)[number];

/** Bytes of an uploaded picture stay below this. */
export const PICTURE_LIMIT = 2 * 1024 * 1024;
const URL_LIMIT = 2048;
const DATA_URI = /^data:([a-z]+\/[a-z.+-]+);base64,([A-Za-z0-9+/]+={0,2})$/;

const MAGIC: readonly [PictureType, readonly Buffer[]][] = [
  ['image/jpeg', [Buffer.from([0xff, 0xd8, 0xff])]],
  ['image/png', [Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])]],
  ['image/gif', [Buffer.from('GIF87a'), Buffer.from('GIF89a')]],
];

export type Picture =
  | { readonly kind: 'link'; readonly url: string }
  | { readonly kind: 'upload'; readonly type: PictureType; readonly content: Buffer; readonly digest: string };

/**
 * Reads a picture as the API takes it: an https URL, or a base64 data URI (RFC 2397) of a JPEG, PNG or GIF below 2 MB.
 * What it is, its first bytes tell, not its label alone. Answers what is wrong as a text.
 */
export function readPicture(text: string): Picture | string {
  if (!text.startsWith('data:')) return readLink(text);
  const [, type, base64] = DATA_URI.exec(text) ?? [];
  if (type === undefined || base64 === undefined) return 'picture must be an https URL or a data URI such as data:image/png;base64,…';
  if (!PICTURE_TYPES.some((t) => t === type)) return `picture must be ${PICTURE_TYPES.join(', ')}, not ${type}`;
  const content = Buffer.from(base64, 'base64');
  if (content.length >= PICTURE_LIMIT) return `picture must be smaller than 2 MB; it has ${content.length} bytes`;
  const real = MAGIC.find(([, starts]) => starts.some((s) => content.subarray(0, s.length).equals(s)))?.[0];
  if (real !== type) return `picture says it is ${type}, but its content is ${real ?? 'none of JPEG, PNG and GIF'}`;
  return { kind: 'upload', type: real, content, digest: createHash('sha256').update(content).digest('hex') };
}

function readLink(text: string): Picture | string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'https:') return 'picture must be an https URL or a data URI such as data:image/png;base64,…';
  if (url.username || url.password) return 'picture must be a URL without user name and password';
  if (url.href.length > URL_LIMIT) return `picture must be a URL of at most ${URL_LIMIT} characters`;
  return { kind: 'link', url: url.href };
}
