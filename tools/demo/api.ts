import { randomUUID } from 'node:crypto';

export interface SiteView {
  readonly id: string;
  readonly name: string;
  readonly has_pulse: boolean;
  readonly state: string;
  readonly serial_number: string | null;
  readonly software_id: string | null;
  readonly identity: string | null;
}

export interface JobView {
  readonly id: string;
  readonly state: 'pending' | 'sent' | 'busy' | 'done' | 'failed';
  readonly description: string;
  readonly failure_reason: string | null;
}

export interface RunbookView {
  readonly id: string;
  readonly name: string;
  readonly bootstrap_command: string;
}

/** The HTTP API as a customer's program would call it. */
export class Api {
  constructor(
    readonly url: string,
    readonly bearer: string,
  ) {}

  createRunbook = (name: string): Promise<RunbookView> => this.send('POST', '/runbook', { name });
  runbooks = (): Promise<RunbookView[]> => this.send('GET', '/runbook');
  sites = (): Promise<SiteView[]> => this.send('GET', '/site');
  deleteSite = (site: string): Promise<void> => this.send('DELETE', `/site/${site}`);
  jobs = (site: string): Promise<JobView[]> => this.send('GET', `/site/${site}/job`);

  createJob = (site: string, description: string, script: string): Promise<JobView> =>
    this.send('POST', `/site/${site}/job`, script, {
      'content-type': 'text/plain',
      'x-idempotency-key': randomUUID(),
      'x-description': description,
    });

  /** Whether the record is there; a site that is being deleted is, until its router confirmed. */
  async siteExists(site: string): Promise<boolean> {
    const response = await fetch(`${this.url}/site/${site}`, { headers: { authorization: `Bearer ${this.bearer}` } });
    await response.arrayBuffer();
    return response.status !== 404;
  }

  private async send<T>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = { 'content-type': 'application/json' },
  ): Promise<T> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${this.bearer}`, ...(body === undefined ? {} : headers) },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }
}
