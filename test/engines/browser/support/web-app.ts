import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import { freePort } from '../../../e2e/support/fleet.js';

const library = createRequire(import.meta.url)
  .resolve('oidc-client-ts')
  .replace(/dist\/.*$/, 'dist/browser/oidc-client-ts.min.js');

/** A single-page app as a portal would be: a standard OpenID library in the browser, tokens in the page, calls to the API. */
const page = (issuer: string): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Portal</title><script src="/oidc-client-ts.js"></script></head>
<body><main><h1>Portal</h1><p id="who">…</p><button id="in">Sign in</button><button id="out">Sign out</button></main>
<script type="module">
  const manager = new oidc.UserManager({
    authority: ${JSON.stringify(issuer)}, client_id: 'rosfleet-portal', redirect_uri: location.origin + '/callback',
    post_logout_redirect_uri: location.origin + '/', scope: 'openid profile email offline_access', loadUserInfo: true, automaticSilentRenew: false,
  });
  const show = (text) => { document.getElementById('who').textContent = text; };
  if (location.pathname === '/callback') {
    try { await manager.signinCallback(); history.replaceState({}, '', '/'); } catch (error) { show('failed: ' + error.message); throw error; }
  }
  const user = await manager.getUser();
  show(user ? user.profile.name + ' <' + user.profile.email + '>' : 'nobody');
  document.getElementById('in').onclick = () => manager.signinRedirect();
  document.getElementById('out').onclick = () => manager.signoutRedirect();
  window.api = async (method, path, body) => {
    const { access_token } = await manager.getUser();
    const headers = { authorization: 'Bearer ' + access_token, ...(body && { 'content-type': 'application/json' }) };
    const answer = await fetch(${JSON.stringify(issuer)} + path, { method, headers, body: body && JSON.stringify(body) });
    const text = await answer.text();
    return { status: answer.status, body: text ? JSON.parse(text) : undefined };
  };
  window.renew = async () => (await manager.signinSilent()).access_token;
</script></body></html>`;

export interface WebApp {
  readonly url: string;
  /** The app signs people in at this server from now on. */
  serve(issuer: string): void;
  stop(): void;
}

/** @returns the app on a loopback port; localhost, so that to a browser it is another site than the server's 127.0.0.1 */
export async function startWebApp(): Promise<WebApp> {
  let issuer = '';
  const server: Server = createServer((request, response) => {
    const isLibrary = request.url === '/oidc-client-ts.js';
    response.setHeader('content-type', isLibrary ? 'text/javascript' : 'text/html; charset=utf-8');
    response.end(isLibrary ? readFileSync(library) : page(issuer));
  });
  const port = await freePort();
  await new Promise<void>((done) => server.listen(port, 'localhost', done));
  return {
    url: `http://localhost:${port}`,
    serve: (at) => void (issuer = at),
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
