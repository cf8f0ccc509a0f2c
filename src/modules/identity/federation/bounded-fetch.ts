/** No document of a provider (metadata, keys, tokens, profile) comes near it. In bytes. */
const LARGEST = 1_048_576;
/** Seconds until a provider that does not answer counts as down. */
export const TIMEOUT_SECONDS = 5;

/** The provider did not answer, or with something that no provider answers. */
export class Unreachable extends Error {}

/**
 * `fetch` for providers, whose addresses come from the operator or from a document of the provider's own: it follows no
 * redirect, so that nobody is led elsewhere, waits no longer than the time-out and reads no more than a megabyte.
 * @throws Unreachable for network errors, time-outs, answers of status 5xx or 429, and bodies that are too large
 */
export async function boundedFetch(url: string, options: Omit<RequestInit, 'body'> & { body?: unknown } = {}): Promise<Response> {
  const timeout = AbortSignal.timeout(TIMEOUT_SECONDS * 1000);
  const signal = options.signal ? AbortSignal.any([options.signal, timeout]) : timeout;
  try {
    const response = await fetch(url, { ...options, signal, redirect: 'manual' } as RequestInit);
    if (response.status >= 500 || response.status === 429) {
      await response.body?.cancel();
      throw new Unreachable(`${new URL(url).host} answered with status ${response.status}`);
    }
    const { status, statusText, headers } = response;
    const copy = new Headers(headers);
    copy.delete('content-encoding'); // the body below is decoded
    const body = await bodyOf(response, url);
    return new Response([204, 205, 304].includes(status) ? null : body, { status, statusText, headers: copy });
  } catch (cause) {
    if (cause instanceof Unreachable) throw cause;
    throw new Unreachable(`${new URL(url).host} cannot be reached`, { cause });
  }
}

async function bodyOf(response: Response, url: string): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    size += part.byteLength;
    if (size > LARGEST) throw new Unreachable(`${new URL(url).host} answered with more than ${LARGEST} bytes`);
    parts.push(part);
  }
  return new Uint8Array(Buffer.concat(parts));
}

/** Whether an error, or what caused it, is that a provider cannot be reached. */
export function isUnreachable(error: unknown): boolean {
  for (let e = error; e instanceof Error; e = e.cause) if (e instanceof Unreachable || e.name === 'TimeoutError') return true;
  return false;
}
