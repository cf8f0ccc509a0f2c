import type { IncomingHttpHeaders } from 'node:http';

/** The bearer token of a request, colons allowed (API credentials have them); undefined when there is none. */
export function bearerOf(request: { readonly headers: IncomingHttpHeaders }): string | undefined {
  const header = request.headers.authorization;
  if (header === undefined || header.length < 8 || header.slice(0, 7).toLowerCase() !== 'bearer ') return undefined;
  const token = header.slice(7).trim();
  return token === '' ? undefined : token;
}
