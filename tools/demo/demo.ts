import { chmodSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { readSettings } from '../../src/config/index.js';
import { IdentityService } from '../../src/modules/identity/index.js';
import { RequestContext } from '../../src/platform/context/index.js';
import { type RunningServer, startServer } from '../../src/server.js';
import { Api } from './api.js';
import { powerDown, powerUp, type Member } from './fleet.js';
import { Scenario, TIME_IS_UP } from './scenario.js';
import { Screen } from './screen.js';

export interface DemoOptions {
  readonly routers: number;
  readonly port: number;
  readonly host?: string;
  /** Ends by itself after this time. */
  readonly seconds?: number;
  /** Keeps its data here and plays the routers only, without the scripted part: for development. */
  readonly dataDir?: string;
}

const EMAIL = 'demo@rosfleet.local';

/**
 * A server, a team and virtual routers that join it, on this machine and gone afterwards.
 * @returns the exit code: 1 when something that should happen did not happen in time
 */
export async function runDemo(options: DemoOptions, stopAsked: Promise<unknown>): Promise<number> {
  const screen = new Screen(process.stdout);
  const dataDir = options.dataDir === undefined ? temporaryFolder() : resolve(options.dataDir);
  let server: RunningServer | undefined;
  let members: Member[] = [];
  const end = endOf(stopAsked, options.seconds);
  try {
    screen.say(
      `Starting a server of its own for the demo (data in ${dataDir}${options.dataDir === undefined ? ', removed at the end' : ''})`,
    );
    const env = {
      DATA_DIR: dataDir,
      PORT: String(options.port),
      HOST: options.host,
      LOG_LEVEL: 'error',
      MGMT_TUNNEL: 'off', // virtual routers have no OpenVPN, and a demo changes nothing on this machine
      PUBLIC_URL: process.env['PUBLIC_URL'],
    };
    server = await startServer(readSettings(env), (line) => screen.say(line));
    const api = new Api(server.localUrl, await makeTeam(server));
    members = await powerUp(options.routers);
    const scenario = new Scenario(screen, api, server.url, members, { scripted: options.dataDir === undefined });
    const happened = await scenario.run(end.signal);
    await end.reached;
    screen.say('Ending the demo');
    return happened ? 0 : 1;
  } catch (error) {
    if (!end.signal.aborted) throw error;
    return end.signal.reason === TIME_IS_UP ? 1 : 0; // cut off in the middle of something
  } finally {
    end.cancel();
    await powerDown(members);
    await server?.stop();
    if (options.dataDir === undefined) removeFolder(dataDir);
  }
}

/** When the demo is over: asked for, or its time is up. */
function endOf(stopAsked: Promise<unknown>, seconds: number | undefined): { reached: Promise<void>; signal: AbortSignal; cancel(): void } {
  const over = new AbortController();
  const timer = seconds === undefined ? undefined : setTimeout(() => over.abort(TIME_IS_UP), seconds * 1000);
  void stopAsked.then(() => over.abort());
  const reached = new Promise<void>((done) => over.signal.addEventListener('abort', () => done()));
  return { reached, signal: over.signal, cancel: () => clearTimeout(timer) };
}

/** A team of its own and a credential that may do everything in it. */
async function makeTeam(server: RunningServer): Promise<string> {
  const identity = server.app.get(IdentityService);
  const ctx = RequestContext.system('demo');
  const known = await identity.findUserByEmail(ctx, EMAIL);
  const userId = known?.id ?? (await identity.createUser(ctx, { email: EMAIL, name: 'Demo' }));
  const [team] = await identity.teamsOf(ctx, userId);
  const teamId =
    team?.id ??
    (await identity.createTeam(ctx, {
      name: 'Demo team',
      organizationId: await identity.createOrganization(ctx, 'Demo', 0, { ownerId: userId }),
      ownerId: userId,
    }));
  return (await identity.createCredential(ctx, { teamId, userId, name: 'demo' })).token;
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'rosfleet-demo-'));
  chmodSync(folder, 0o711); // as root the database runs as another user, who has to pass through; secrets in it are mode 600
  return folder;
}

function removeFolder(folder: string): void {
  try {
    rmSync(realpathSync(join(folder, 'postgres')), { recursive: true, force: true }); // it may lie elsewhere
  } catch {
    // the database was never made
  }
  rmSync(folder, { recursive: true, force: true });
}
