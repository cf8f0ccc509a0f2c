import http from 'node:http';
import https from 'node:https';

export interface HttpRequest {
  method: string;
  url: string;
  headers: Record<string, string>;
  body?: Buffer;
}

export interface HttpResponse {
  status: number;
  headers?: Record<string, string>;
  body?: string | Buffer;
}

/** How a router's requests reach the world. Reject with an error that has a node `code` to imitate a network fault. */
export type HttpTransport = (request: HttpRequest) => Promise<HttpResponse>;

const agents = {
  'http:': new http.Agent({ keepAlive: true, maxSockets: 512 }),
  'https:': new https.Agent({ keepAlive: true, maxSockets: 512, rejectUnauthorized: false }),
};

/** Real requests over shared keep-alive connections. Certificates are not judged: RouterOS does not by default. */
export const nodeHttp: HttpTransport = (request) =>
  new Promise((resolve, reject) => {
    const url = new URL(request.url);
    const secure = url.protocol === 'https:';
    const headers: Record<string, string | number> = { ...request.headers };
    if (request.body) headers['Content-Length'] = request.body.length;
    const call = (secure ? https : http).request(
      url,
      { method: request.method, headers, agent: agents[secure ? 'https:' : 'http:'], timeout: 30_000 },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const received = Object.fromEntries(Object.entries(response.headers).map(([name, value]) => [name, String(value)]));
          resolve({ status: response.statusCode ?? 0, headers: received, body: Buffer.concat(chunks) });
        });
      },
    );
    call.on('timeout', () => call.destroy(Object.assign(new Error('idle timeout'), { code: 'ETIMEDOUT' })));
    call.on('error', reject);
    call.end(request.body);
  });
