import type { FastifyReply, FastifyRequest } from 'fastify';
import { isHttps, type Settings } from '../../../config/index.js';

/** The value of a cookie of a request; the first when a browser sends several of the name. */
export function cookieOf(request: FastifyRequest, name: string): string | undefined {
  for (const part of (request.headers.cookie ?? '').split(';')) {
    const cut = part.indexOf('=');
    if (cut > 0 && part.slice(0, cut).trim() === name) return part.slice(cut + 1).trim();
  }
  return undefined;
}

export interface Cookie {
  readonly name: string;
  /** No character that needs quoting. */
  readonly value: string;
  /** How long browsers keep it; without it for their session. */
  readonly seconds?: number;
}

/** A cookie for all paths, out of reach of scripts. */
export function setCookie(reply: FastifyReply, settings: Settings, { name, value, seconds }: Cookie): void {
  const attributes = ['Path=/', 'HttpOnly', 'SameSite=Lax'];
  if (seconds !== undefined) attributes.push(`Max-Age=${seconds}`);
  if (isHttps(settings)) attributes.push('Secure');
  reply.raw.appendHeader('set-cookie', [`${name}=${value}`, ...attributes].join('; '));
}

/** `__Host-` keeps other hosts, even those of the same domain, from planting the cookie; browsers take it over https only. */
export const hostCookie = (settings: Settings, name: string): string => (isHttps(settings) ? `__Host-${name}` : name);
