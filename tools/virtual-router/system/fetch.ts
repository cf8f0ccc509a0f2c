import { RouterOsError, UnsupportedByVirtualRouter } from '../errors.js';
import type { MenuCommand } from '../menus/menu-spec.js';
import { fromBytes, NOTHING, RosArray, RosTime, toBytes, toText, type RosValue } from '../values/value.js';
import type { HttpResponse } from './http-transport.js';

/** `output=user` and `http-data` take 64 KB; with headers 20 KB of data and 44 KB of headers (fetch manual). */
const USER_LIMIT = 64 * 1024;
const HEADERS_DATA_LIMIT = 20 * 1024;

const REASONS: Record<number, string> = {
  400: 'Bad Request', 401: 'Unauthorized', 403: 'Forbidden', 404: 'Not Found', 405: 'Method Not Allowed', 408: 'Request Timeout', 409: 'Conflict',
  410: 'Gone', 413: 'Payload Too Large', 415: 'Unsupported Media Type', 422: 'Unprocessable Entity', 429: 'Too Many Requests', 500: 'Internal Server Error',
  501: 'Not Implemented', 502: 'Bad Gateway', 503: 'Service Unavailable', 504: 'Gateway Timeout',
}; // prettier-ignore

/**
 * `http-header-field="A:1,B:2"`; a comma inside a value is escaped with a backslash.
 * @throws RouterOsError for a part without a colon
 */
export function parseHeaderField(field: string): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const part of field.split(/(?<!\\),/)) {
    if (part === '') continue;
    const colon = part.indexOf(':');
    if (colon < 1) throw new RouterOsError('failure: invalid http header field');
    headers[part.slice(0, colon).trim()] = part
      .slice(colon + 1)
      .trim()
      .replace(/\\(.)/g, '$1');
  }
  return headers;
}

const isAddress = (host: string): boolean => /^\d+(\.\d+){3}$/.test(host) || host.startsWith('[');

/** `/tool fetch`: HTTP through the router's transport, files through its file store. */
export const fetchCommand: MenuCommand = function* ({ router, run, args }) {
  const option = (name: string): string | undefined => {
    const value = args.named.get(name);
    return value === undefined ? undefined : toText(value);
  };
  const flag = (name: string): boolean => args.flags.has(name) || option(name) === 'yes' || args.named.get(name) === true;
  if (!router.allows('fetch')) throw new RouterOsError('failure: not allowed by device-mode');
  if (flag('upload')) {
    const source = option('src-path') ?? '';
    const contents = router.files.read(source);
    if (contents === undefined) throw new RouterOsError('failure: file not found');
    if (router.network.down) throw new RouterOsError('failure: connection timeout');
    yield router.upload({
      mode: option('mode') ?? 'ftp',
      address: option('address') ?? '',
      port: option('port') === undefined ? undefined : Number(option('port')),
      user: fromBytes(option('user') ?? ''),
      password: fromBytes(option('password') ?? ''),
      source,
      destination: fromBytes(option('dst-path') ?? source),
      contents: Buffer.from(contents, 'latin1'),
    });
    router.logBook.write(['fetch', 'info'], `Upload of ${source} FINISHED`);
    return RosArray.of({ status: 'finished' });
  }
  const url = requestUrl(option, args.unnamed[0]);
  if (!/^https?:$/.test(url.protocol)) throw new UnsupportedByVirtualRouter(`/tool fetch with ${url.protocol}//`);
  const output = option('output') ?? (option('keep-result') === 'no' ? 'none' : 'file');
  const data = option('http-data');
  if (data !== undefined && data.length > USER_LIMIT) throw new RouterOsError('failure: http-data is too long');
  const method = (option('http-method') ?? (data === undefined ? 'get' : 'post')).toUpperCase();
  const headers: Record<string, string> = {
    'User-Agent': `Mikrotik/${router.version.split('.')[0]}.x Fetch`,
    ...parseHeaderField(fromBytes(option('http-header-field') ?? '')),
  };
  const user = option('user');
  if (user) headers['Authorization'] ??= `Basic ${Buffer.from(`${user}:${option('password') ?? ''}`, 'latin1').toString('base64')}`;
  const started = router.clock.now();

  const fail = (message: string, attributes: Record<string, RosValue> = {}): never => {
    router.logBook.write(['fetch', 'info'], `Download from ${url.hostname} FAILED: ${message}`);
    throw new RouterOsError(`failure: ${message}`, attributes);
  };
  router.note({ time: started, method, url: url.href, headers, body: data === undefined ? undefined : fromBytes(data) });
  if (!isAddress(url.hostname) && !router.network.dns) fail('resolve error');
  if (router.network.down) fail('connection timeout');
  if (router.network.certificate !== undefined && url.protocol === 'https:' && (option('check-certificate') ?? 'no') !== 'no') {
    fail(`SSL: ssl: ${router.network.certificate} (6)`);
  }
  let response: HttpResponse;
  try {
    response = (yield router.http({
      method,
      url: url.href,
      headers,
      body: data === undefined ? undefined : Buffer.from(data, 'latin1'),
    })) as HttpResponse;
  } catch (error) {
    const code = (error as { code?: string }).code;
    return fail(
      code === 'ENOTFOUND' || code === 'EAI_AGAIN'
        ? 'resolve error'
        : code === 'ECONNREFUSED'
          ? 'connection refused'
          : code === 'ETIMEDOUT'
            ? 'connection timeout'
            : `connection error: ${(error as Error).message}`,
    );
  }
  router.noteStatus(response.status);
  const body = typeof response.body === 'string' ? toBytes(response.body) : Buffer.from(response.body ?? '').toString('latin1');
  const headerLines = Object.entries(response.headers ?? {}).map(([name, value]) => `${name}: ${value}`);
  if (response.status >= 400) {
    fail(`Status ${response.status}, ${REASONS[response.status] ?? 'Unknown'}`, {
      code: response.status,
      'http-headers': toBytes(headerLines.join('\r\n')),
      data: body.slice(0, USER_LIMIT),
    });
  }
  router.logBook.write(['fetch', 'info'], `Download from ${url.hostname} FINISHED`);
  const limit = output === 'user-with-headers' ? HEADERS_DATA_LIMIT : USER_LIMIT;
  const result: Record<string, RosValue> = {
    status: 'finished',
    downloaded: Math.ceil(body.length / 1024),
    total: Math.ceil(body.length / 1024),
    duration: new RosTime((router.clock.now() - started) * 1000),
  };
  if (output === 'user' || output === 'user-with-headers') {
    // longer answers are cut, silently
    result['data'] = body.slice(0, limit);
    if (output === 'user-with-headers') result['http-headers'] = new RosArray(headerLines.map(toBytes));
  } else if (output === 'file') {
    const path = option('dst-path') ?? (url.pathname.split('/').at(-1) || 'index.html');
    router.files.write(path, body);
  }
  if (args.flags.has('as-value')) return RosArray.of(result);
  for (const name of ['status', 'downloaded', 'total', 'duration'])
    run.print(
      `  ${name.padStart(10)}: ${name === 'downloaded' || name === 'total' ? `${toText(result[name]!)}KiB` : toText(result[name] ?? NOTHING)}`,
    );
  return NOTHING;
};

function requestUrl(option: (name: string) => string | undefined, unnamed: RosValue | undefined): URL {
  const text = option('url') ?? (unnamed === undefined ? undefined : toText(unnamed));
  const full =
    text ??
    `${option('mode') ?? 'http'}://${option('address') ?? option('host') ?? ''}${option('port') ? `:${option('port')}` : ''}/${(option('src-path') ?? '').replace(/^\//, '')}`;
  try {
    return new URL(fromBytes(/^[a-z]+:\/\//.test(full) ? full : `${option('mode') ?? 'http'}://${full}`));
  } catch {
    throw new RouterOsError('failure: invalid URL');
  }
}
