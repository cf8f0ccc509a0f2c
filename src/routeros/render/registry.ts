import { script, text, v, type Script } from '../script/index.js';
import { type BackupInput, renderBackup } from './backup.js';
import { renderAdoption, renderPollEntries, renderPollNow, type AdoptionInput, type PollEntriesInput } from './adoption.js';
import { renderClearFirewall, renderReboot, renderScriptCall, renderUpgrade, type ScriptCallInput } from './site-actions.js';
import { renderBootstrapCommand, type BootstrapInput } from './bootstrap-command.js';
import { renderBootstrap } from './bootstrap.js';
import { renderJob, type JobInput } from './job.js';
import type { RouterLink } from './link.js';
import { renderMessage, type MessageInput } from './message.js';
import { renderPoll, type PollInput } from './poll.js';
import { renderRemoval, type RemovalInput } from './removal.js';
import {
  renderTransientClear,
  renderTransientForward,
  renderTransientLogin,
  renderTransientRemoval,
  type TransientForwardInput,
  type TransientLoginInput,
} from './transient.js';
import {
  keyed,
  planPush,
  renderClear,
  renderConfirm,
  renderInventory,
  type Footprint,
  type InventoryInput,
  type PushInput,
  type Wish,
} from '../sections/index.js';

export interface RenderOptions {
  /** RouterOS version the script is for, such as "7.16.2". */
  readonly version: string;
}

/** A renderer as tools see it: `rosfleet render --list`, and the check of every render against every command tree. */
export interface Renderer {
  readonly describe: string;
  /** An input with the nastiest text wherever free text may stand. */
  readonly sample: unknown;
  render(input: unknown, options: RenderOptions): Script;
}

const NASTY = 'Café "Ünïcode" $x $[/system reset] [find] ;}{ \\ \\" ?\t\r\nשלום 🛰️ `';
const link: RouterLink = { baseUrl: 'https://fleet.example.net', checkCertificate: true };
const token = '2nWqVJkQb3mXyZ0cD4eFgH';
const deviceToken = 'v1.eyJzaXRlIjoiMDE5M2Y0YTAifQ.3q2-7w_8';
const signed = (status: string) =>
  `https://fleet.example.net/job/0193f4a0-7c1e-7e55-8a3e-5d2f7c6b9a10/update?status=${status}&signature=9f86d081884c7d65`;

const footprint: Footprint = { section: 'policy', menus: ['/ip/firewall/address-list', '/ip/firewall/filter', '/user'] };
const wish = (port: number): Wish => ({
  menus: [
    { menu: '/ip/firewall/address-list', items: [{ name: '10.0.0.0/8', set: { list: 'rosfleet-trusted', address: '10.0.0.0/8' } }] },
    { menu: '/ip/firewall/filter', place: 'top', items: [{ name: 'ssh', set: { chain: 'input', action: 'accept', protocol: 'tcp', 'dst-port': port } }] },
    { menu: '/user', items: [{ name: 'api', set: { name: 'rosfleet-api', group: 'full', password: { secret: NASTY }, address: ['100.64.0.1/32'] } }] },
  ],
  settings: [{ menu: '/ip/service', where: { name: 'ssh' }, set: { port, disabled: false, address: ['10.0.0.0/8'] } }],
}); // prettier-ignore
const push: PushInput = {
  ...{ version: '7.24', footprint, above: ['management'], generation: 2, had: keyed(wish(22), 1), shall: keyed(wish(2222), 1), salt: 1 },
  trial: true,
};

const backup: BackupInput = {
  ...{ link, version: '7.24', uploadUrl: signed('backup') },
  sftp: { host: 'fleet.example.net', port: 8022, user: '0193f4a0-7c1e-7e55-8a3e-5d2f7c6b9a10', password: token, name: '1763790000.rsc' },
};

const transient = {
  id: '0193f4a0-7c1e-7e55-8a3e-5d2f7c6b9a10',
  label: 'rosfleet-t-k3m9x2pq',
  seconds: 3600,
  managementAddress: '100.64.0.1',
};

/** Ties a renderer's input type to its sample; `version` from the options stands in the input where the renderer asks for it. */
function renderer<Input extends object>(describe: string, sample: Input, render: (input: Input) => Script): Renderer {
  return { describe, sample, render: (input, { version }) => render({ ...(input as Input), version }) };
}

export const rendererRegistry: Readonly<Record<string, Renderer>> = {
  'bootstrap-command': renderer<BootstrapInput>('The line a person pastes into a terminal', { link, token }, renderBootstrapCommand),
  bootstrap: renderer<BootstrapInput>('Stage 1, GET /{token}: checks the router and introduces it', { link, token }, renderBootstrap),
  adoption: renderer<AdoptionInput>(
    'Stage 2, POST /adopt/{token}: installs the poll entries and greets',
    {
      link,
      version: '7.24',
      productName: 'rosfleet',
      siteName: NASTY,
      runbookName: NASTY,
      siteUrl: 'https://app.example.net/deployments/0193f4a0/overview',
      quote: NASTY,
      deviceToken,
      pollSecond: 7,
    },
    renderAdoption,
  ),
  poll: renderer<PollInput>('What the scheduler runs every 30 seconds', { link, deviceToken }, renderPoll),
  job: renderer<JobInput>(
    'A queued script in its wrapper, the answer to POST /poll',
    {
      link,
      version: '7.24',
      token,
      busyUrl: signed('busy'),
      doneUrl: signed('done'),
      failUrl: signed('fail'),
      payload: `${script((s) => s.log('info', NASTY)).toString()}\n# "done" {`,
      remaining: 2,
    },
    renderJob,
  ),
  backup: renderer<BackupInput>('Exports the configuration and uploads it, before the payload of a job', backup, renderBackup),
  removal: renderer<RemovalInput>(
    'Takes everything of ours off the router and reports',
    {
      link,
      version: '7.24',
      notifyUrl: 'https://fleet.example.net/notify/delete?expires=1893456000&signature=9f86d081884c7d65',
      deviceToken,
      extra: [script((s) => s.local('note', NASTY).log('info', text`${v('note')} removed`))],
    },
    renderRemoval,
  ),
  'section-push': renderer<PushInput>('Brings a section of the configuration into force, on trial', push, (input) => planPush(input)[0]!),
  'section-anew': renderer<PushInput>(
    'The same for a router of which nothing is known',
    { ...push, had: null, trial: false },
    (input) => planPush(input)[0]!,
  ),
  'section-confirm': renderer<InventoryInput & { generation: number }>(
    'Keeps a section that is on trial, and reports its fingerprint',
    { link, footprint, wish: push.shall, reportUrl: signed('inventory'), generation: 2 },
    ({ generation, ...inventory }) => renderConfirm('policy', generation, renderInventory(inventory)),
  ),
  'section-inventory': renderer<InventoryInput>(
    'Reports the fingerprint of a section',
    { link, footprint, wish: push.shall, reportUrl: signed('inventory') },
    renderInventory,
  ),
  'section-clear': renderer('Takes a section off a router', { settings: wish(22).settings }, ({ settings }) =>
    renderClear(footprint, settings),
  ),
  'poll-entries': renderer<PollEntriesInput>(
    'Puts the poll entries on a router that lost them, through the tunnel',
    { link, deviceToken, pollSecond: 7 },
    renderPollEntries,
  ),
  'poll-now': renderer('Lets the router poll at once, through the tunnel', {}, renderPollNow),
  reboot: renderer('Restarts the router', {}, renderReboot),
  upgrade: renderer('Installs the newest RouterOS of the channel', {}, renderUpgrade),
  'clear-firewall': renderer('Removes filter and raw rules that are not ours', {}, renderClearFirewall),
  'script-call': renderer<ScriptCallInput>(
    'Runs a script with arguments, through the tunnel',
    { source: ':put $x', variables: { x: NASTY, n: 5, yes: true } },
    renderScriptCall,
  ),
  'transient-login': renderer<TransientLoginInput>(
    'A login for a while',
    { ...transient, password: NASTY, group: 'read' },
    renderTransientLogin,
  ),
  'transient-forward': renderer<TransientForwardInput>(
    'A port that leads behind the router for a while',
    { ...transient, tunnelAddress: '100.64.0.9', routerPort: 51820, dstAddress: '192.168.88.20', dstPort: 80 },
    renderTransientForward,
  ),
  'transient-removal': renderer('Takes one of these away', transient, renderTransientRemoval),
  'transient-clear': renderer('Takes all of these away', {}, renderTransientClear),
  message: renderer<MessageInput>(
    'Sentences for the terminal and the log: why an adoption was refused',
    { lines: [NASTY, 'Ask your administrator for a seat.'], level: 'warning' },
    renderMessage,
  ),
};
