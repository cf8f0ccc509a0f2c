/**
 * The application, with one more route that does nothing but answer JSON, in one process: what signing in and reading
 * cost is measured against it. Says its port, a person's access token and an API credential.
 */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApp } from '../../../src/app.js';
import { readSettings } from '../../../src/config/index.js';
import { SiteService } from '../../../src/fleet/index.js';
import { JwtTokens } from '../../../src/modules/identity/access/jwt.strategy.js';
import { IdentityService } from '../../../src/modules/identity/index.js';
import { SessionService } from '../../../src/modules/identity/sessions/session.service.js';
import { RequestContext } from '../../../src/platform/context/index.js';
import { Logger } from '../../../src/platform/telemetry/logger.js';
import { freePort } from './installation.js';

const PASSWORD = 'Correct-Horse-7';
const [databaseUrl = '', count = '50'] = process.argv.slice(2);
const port = await freePort();
const settings = readSettings({
  PORT: String(port),
  DATA_DIR: mkdtempSync(join(tmpdir(), 'rosfleet-auth-')),
  ROSFLEET_ADMIN_PASSWORD: PASSWORD,
  MGMT_TUNNEL: 'off',
});
const app = await createApp({
  ...{ settings, logger: new Logger('warn'), databaseUrl },
  ...{ appKey: '5e'.repeat(32), internalToken: 'i'.repeat(40), siteInternalToken: 's'.repeat(40) },
});
let answer: unknown = null;
app
  .getHttpAdapter()
  .getInstance()
  .get('/bench/static', (_request: unknown, reply: { send(body: unknown): unknown }) => reply.send(answer));
await app.listen(port, '127.0.0.1');

const ctx = RequestContext.system('bench');
const identity = app.get(IdentityService);
const userId = await identity.createUser(ctx, { email: 'bench@example.net', name: 'Bench' });
const organizationId = await identity.createOrganization(ctx, 'Bench');
const teamId = await identity.createTeam(ctx, { name: 'Bench', organizationId, ownerId: userId });
const team = RequestContext.of({ kind: 'user', userId }, { teamId });
for (let i = 0; i < Number(count); i++) await app.get(SiteService).create(team, { name: `Site ${i}` });
const { token: credential } = await identity.createCredential(ctx, { teamId, userId, name: 'bench' });
const session = await app.get(SessionService).begin(ctx, {
  ...{
    userId,
    clientId: 'rosfleet-portal',
    grantId: 'bench',
    browserUid: 'bench',
    secondFactor: false,
    ip: '127.0.0.1',
    userAgent: 'bench',
  },
});
const token = await app.get(JwtTokens).issue({ sub: userId, session }, 3600);
answer = await (await fetch(`http://127.0.0.1:${port}/site-minimal`, { headers: { authorization: `Bearer ${token}` } })).json();
process.send?.({ kind: 'listening', port, token, credential, bytes: JSON.stringify(answer).length });
process.on('disconnect', () => void app.close().then(() => process.exit()));
