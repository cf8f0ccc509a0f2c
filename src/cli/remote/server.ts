import { CommandFailed, UsageError } from '../command.js';
import { readLogin } from './login-file.js';

const ANSWER_MS = 60_000;
const TRIES = 3;
const PAUSE_MS = 500;

/** An answer of the server that is an error; `code` is the API's word for it, empty where the answer had none. */
export class Refused extends CommandFailed {
  constructor(
    message: string,
    readonly status: number,
    readonly code: string,
  ) {
    super(message);
  }
}

/** The server did not answer. */
export class Unreachable extends CommandFailed {}

export interface Request {
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as text/plain when it is a text, as JSON otherwise. */
  readonly body?: unknown;
  /** Doing it twice does what doing it once does: it is tried again when the server does not answer. */
  readonly repeatable?: boolean;
}

export const SERVER_OPTIONS = {
  server: { value: 'URL', describe: 'Where the server is. Default: ROSFLEET_SERVER, else what `rosfleet login` noted.' },
  token: { value: 'TOKEN', describe: 'API credential; others on this machine may see it here. Default: ROSFLEET_TOKEN, else the login.' },
} as const;

/** A rosfleet server as a program of a customer calls it. */
export class Server {
  constructor(
    readonly url: string,
    private readonly token: string,
    /** Aborts what is under way: somebody pressed Ctrl-C. */
    readonly signal: AbortSignal,
  ) {}

  /** @throws UsageError when nothing says where the server is or who asks */
  static async of(given: { server?: string; token?: string }, signal: AbortSignal, env = process.env): Promise<Server> {
    const server = given.server || env['ROSFLEET_SERVER'];
    const token = given.token || env['ROSFLEET_TOKEN'];
    const login = server && token ? undefined : await readLogin(env);
    const url = server || login?.server;
    if (!url) throw new UsageError('Where is the server? Give --server URL, set ROSFLEET_SERVER, or call `rosfleet login` once.');
    // A noted credential goes to the server that it was noted for, and to no other.
    const own = token || (login && sameServer(url, login.server) ? login.token : undefined);
    if (!own)
      throw new UsageError(`There is no credential for ${url}. Give --token TOKEN, set ROSFLEET_TOKEN, or call \`rosfleet login\` once.`);
    return new Server(serverUrl(url), own, signal);
  }

  /** @throws Refused, Unreachable */
  async json<T>(method: string, path: string, request: Request = {}): Promise<T> {
    const response = await this.send(method, path, request);
    const text = await this.read(() => response.text());
    if (text === '') return undefined as T;
    try {
      return JSON.parse(text) as T;
    } catch {
      throw new CommandFailed(`${this.url} answered ${method} ${path} with something that is no JSON: is it a rosfleet server?`);
    }
  }

  /** The bytes of an answer. @throws Refused, Unreachable */
  async bytes(path: string, headers: Request['headers']): Promise<Buffer> {
    const response = await this.send('GET', path, { headers });
    return Buffer.from(await this.read(() => response.arrayBuffer()));
  }

  /** All pages of a list. */
  async all<T>(path: string): Promise<T[]> {
    const size = 500;
    const rows: T[] = [];
    for (let page = 1; ; page++) {
      const next = await this.json<T[]>('GET', `${path}?page=${page}&per_page=${size}`);
      rows.push(...next);
      if (next.length < size) return rows;
    }
  }

  /** Waits, and ends at once on Ctrl-C. */
  pause(ms: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        clearTimeout(timer);
        reject(this.signal.reason as Error);
      };
      const timer = setTimeout(() => {
        this.signal.removeEventListener('abort', stop);
        resolve();
      }, ms);
      this.signal.addEventListener('abort', stop, { once: true });
    });
  }

  private async send(method: string, path: string, { headers, body, repeatable = method === 'GET' }: Request): Promise<Response> {
    const type: Record<string, string> =
      body === undefined ? {} : { 'content-type': typeof body === 'string' ? 'text/plain; charset=utf-8' : 'application/json' };
    const request = {
      method,
      headers: { authorization: `Bearer ${this.token}`, accept: 'application/json, */*', ...type, ...headers },
      body: body === undefined || typeof body === 'string' ? body : JSON.stringify(body),
      redirect: 'manual' as const, // the credential is for this server
    };
    for (let attempt = 1; ; attempt++) {
      try {
        const response = await this.read(() =>
          fetch(this.url + path, { ...request, signal: AbortSignal.any([this.signal, AbortSignal.timeout(ANSWER_MS)]) }),
        );
        if (response.ok) return response;
        throw await this.refusal(method, path, response);
      } catch (error) {
        if (!(error instanceof Unreachable) || !repeatable || attempt === TRIES) throw error;
        await this.pause(PAUSE_MS * attempt);
      }
    }
  }

  private async read<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      this.signal.throwIfAborted();
      throw new Unreachable(`${this.url} does not answer: ${reasonOf(error as Error)}.`);
    }
  }

  private async refusal(method: string, path: string, response: Response): Promise<CommandFailed> {
    const text = await this.read(() => response.text());
    const { status } = response;
    let body: { message?: unknown; code?: unknown } = {};
    try {
      body = (JSON.parse(text) as typeof body) ?? {};
    } catch {
      // told by its status
    }
    const code = typeof body.code === 'string' ? body.code : '';
    if (status === 401) return new Refused(`${this.url} does not know this credential: it is wrong, expired or revoked.`, status, code);
    if (typeof body.message === 'string') return new Refused(body.message, status, code);
    if (status >= 300 && status < 400)
      return new Refused(
        `${this.url} leads to ${response.headers.get('location') ?? 'another place'}; give that as --server.`,
        status,
        code,
      );
    return new Refused(`${this.url} answered ${method} ${path} with status ${status}: is it a rosfleet server?`, status, code);
  }
}

/** @throws UsageError */
export function serverUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !['http:', 'https:'].includes(url.protocol) || url.username || url.search || url.hash)
    throw new UsageError(`«${text}» is not the URL of a server; a good one is https://fleet.example.net.`);
  return url.href.replace(/\/+$/, '');
}

const sameServer = (a: string, b: string): boolean => serverUrl(a) === serverUrl(b);

function reasonOf(error: Error): string {
  if (error.name === 'TimeoutError') return `nothing came within ${ANSWER_MS / 1000} s`;
  const cause = error.cause as (Error & { code?: string; errors?: Error[] }) | undefined;
  const words: Readonly<Record<string, string>> = {
    ECONNREFUSED: 'nothing listens there',
    ENOTFOUND: 'there is no host of that name',
    EAI_AGAIN: 'the name cannot be looked up just now',
    ECONNRESET: 'it hung up',
    UND_ERR_SOCKET: 'it hung up',
    ETIMEDOUT: 'the network does not answer',
    EHOSTUNREACH: 'there is no way to that host',
  };
  return words[cause?.code ?? ''] ?? (cause?.message || error.message);
}
