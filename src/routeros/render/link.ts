import type { Arguments } from '../script/index.js';
import { word } from '../script/index.js';

/** How routers reach this server. */
export interface RouterLink {
  /** `https://host`, `http://host:port`, with a path if the server lies under one; no slash at the end. */
  readonly baseUrl: string;
  /** Whether routers verify the server's certificate; of no effect on http. RouterOS itself does not unless told (manual: Fetch). */
  readonly checkCertificate: boolean;
}

/** An input no script can be made from: a mistake of the caller, not of a user (free text of users is always quoted). */
export class InvalidRenderInput extends Error {
  constructor(field: string, value: unknown, right: string) {
    super(`${field} is ${JSON.stringify(value)?.slice(0, 80)}; right would be ${right}.`);
    this.name = 'InvalidRenderInput';
  }
}

const BASE_URL = /^https?:\/\/[A-Za-z0-9.\-[\]:]+(?:\/[A-Za-z0-9._~-]+)*$/;
const URL_TEXT = /^https?:\/\/[\x21-\x7e]+$/;
const BEARER = /^[A-Za-z0-9._~+/=-]+$/;
const BASE62 = /^[0-9A-Za-z]+$/;

export function endpoint(link: RouterLink, path: string): string {
  if (!BASE_URL.test(link.baseUrl))
    throw new InvalidRenderInput('link.baseUrl', link.baseUrl, 'https://host or http://host:port without a slash at the end');
  return `${link.baseUrl}/${path}`;
}

/** @throws InvalidRenderInput anything but an absolute URL in ASCII */
export function absoluteUrl(field: string, url: string): string {
  if (!URL_TEXT.test(url)) throw new InvalidRenderInput(field, url, 'an absolute http or https URL without blanks');
  return url;
}

/** @throws InvalidRenderInput */
export function base62(field: string, token: string): string {
  if (!BASE62.test(token)) throw new InvalidRenderInput(field, token, 'letters and digits (base62)');
  return token;
}

/** A comma would start another header (manual: Fetch), hence the alphabet of RFC 6750. @throws InvalidRenderInput */
export function bearerHeader(deviceToken: string): string {
  if (!BEARER.test(deviceToken)) throw new InvalidRenderInput('deviceToken', '(not shown)', 'characters of a bearer token (RFC 6750)');
  return `Authorization:Bearer ${deviceToken}`;
}

/** `yes-without-crl`: routers have no path to revocation lists before they are set up. */
export function certificateCheck(link: RouterLink, url: string = link.baseUrl): Arguments {
  return link.checkCertificate && url.startsWith('https:') ? { 'check-certificate': word('yes-without-crl') } : {};
}
