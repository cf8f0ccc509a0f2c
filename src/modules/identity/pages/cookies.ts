import type { FastifyReply, FastifyRequest } from 'fastify';

/** The value of a cookie of a request; the first when a browser sends several of the name. */
export function cookieOf(request: FastifyRequest, name: string): string | undefined {
  for (const part of (request.headers.cookie ?? '').split(';')) {
    const cut = part.indexOf('=');
    if (cut > 0 && part.slice(0, cut).trim() === name) return part.slice(cut + 1).trim();
  }
  return undefined;
}

/** A cookie of the browser's session for all paths, out of reach of scripts. @param value no character that needs quoting */
export function setCookie(reply: FastifyReply, name: string, value: string, isHttps: boolean): void {
  const attributes = ['Path=/', 'HttpOnly', 'SameSite=Lax', ...(isHttps ? ['Secure'] : [])];
  reply.raw.appendHeader('set-cookie', [`${name}=${value}`, ...attributes].join('; '));
}
