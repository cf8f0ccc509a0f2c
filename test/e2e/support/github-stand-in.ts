import { createHash, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface GitHubAccount {
  readonly id: unknown;
  readonly login: string;
  readonly name: string | null;
  readonly avatar_url?: string;
  readonly emails: unknown;
}

interface Pending {
  readonly challenge: string;
  readonly redirectUri: string;
}

/**
 * GitHub as its documentation describes it, on loopback. It is strict: whatever the documentation does not ask for, or
 * asks for and is missing, becomes a complaint.
 * https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps
 */
export class GitHubStandIn {
  readonly clientId = 'Iv1.0123456789abcdef';
  readonly clientSecret = 'github-secret-0123456789abcdef';
  readonly complaints: string[] = [];
  /** Who is signed in there; undefined denies. */
  account: GitHubAccount | undefined;
  redirectUri = '';
  private readonly codes = new Map<string, Pending>();
  private readonly tokens = new Set<string>();
  private readonly server: Server = createServer((request, response) => void this.answer(request, response));

  static async start(): Promise<GitHubStandIn> {
    const github = new GitHubStandIn();
    await new Promise<void>((resolve) => github.server.listen(0, '127.0.0.1', resolve));
    return github;
  }

  stop(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  entry(more: Record<string, unknown> = {}): Record<string, unknown> {
    const endpoints = { web: this.url, api: `${this.url}/api/v3` };
    return { id: 'github', kind: 'github', client_id: this.clientId, client_secret: this.clientSecret, endpoints, ...more };
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '', this.url);
    const route = `${request.method} ${url.pathname}`;
    if (route === 'GET /login/oauth/authorize') return this.authorize(url, response);
    if (route === 'POST /login/oauth/access_token') return this.token(request, response);
    if (route === 'GET /api/v3/user') return this.api(request, response, ({ emails: _, ...profile }) => profile);
    if (route === 'GET /api/v3/user/emails') return this.api(request, response, ({ emails }) => emails);
    this.complaints.push(`no such route ${route}`);
    response.writeHead(404).end();
  }

  private authorize({ searchParams }: URL, response: ServerResponse): void {
    const { state, code_challenge: challenge = '', ...rest } = Object.fromEntries(searchParams);
    this.expect('the authorization request', rest, {
      ...{ client_id: this.clientId, redirect_uri: this.redirectUri, scope: 'read:user user:email' },
      ...{ response_type: 'code', code_challenge_method: 'S256' },
    });
    const target = new URL(this.redirectUri);
    if (this.account) {
      const code = randomBytes(10).toString('hex');
      this.codes.set(code, { challenge, redirectUri: this.redirectUri });
      target.searchParams.set('code', code);
    } else {
      target.searchParams.set('error', 'access_denied');
      target.searchParams.set('error_description', 'The user has denied your application access.');
      target.searchParams.set('error_uri', 'https://docs.github.com/');
    }
    target.searchParams.set('state', state ?? '');
    response.writeHead(302, { location: target.href }).end();
  }

  private async token(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = Object.fromEntries(new URLSearchParams(await textOf(request)));
    const { code = '', code_verifier: verifier = '', ...rest } = body;
    this.expect('the token request', rest, {
      ...{ client_id: this.clientId, client_secret: this.clientSecret, redirect_uri: this.redirectUri },
      grant_type: 'authorization_code',
    });
    if (!request.headers.accept?.includes('application/json')) this.complaints.push('the token request does not accept JSON');
    const pending = this.codes.get(code);
    this.codes.delete(code);
    const isRight = pending?.challenge === createHash('sha256').update(verifier).digest('base64url');
    if (!isRight) return json(response, 200, { error: 'bad_verification_code' }); // with status 200, as GitHub does
    const token = `gho_${randomBytes(18).toString('hex')}`;
    this.tokens.add(token);
    json(response, 200, { access_token: token, scope: 'read:user,user:email', token_type: 'bearer' });
  }

  private api(request: IncomingMessage, response: ServerResponse, pick: (account: GitHubAccount) => unknown): void {
    const { authorization = '', accept, 'user-agent': agent, 'x-github-api-version': version } = request.headers;
    this.expect(
      'the API request',
      { accept, agent, version },
      { accept: 'application/vnd.github+json', agent: 'rosfleet', version: '2022-11-28' },
    );
    if (!this.tokens.has(authorization.replace(/^Bearer /, ''))) return json(response, 401, { message: 'Bad credentials' });
    json(response, 200, pick(this.account!));
  }

  private expect(what: string, got: object, wanted: object): void {
    const [a, b] = [got, wanted].map((o) => JSON.stringify(Object.entries(o).sort(([x], [y]) => (x < y ? -1 : 1))));
    if (a !== b) this.complaints.push(`${what} has ${a}, not ${b}`);
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const part of request) text += String(part);
  return text;
}

const json = (response: ServerResponse, status: number, body: unknown): void =>
  void response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body));
