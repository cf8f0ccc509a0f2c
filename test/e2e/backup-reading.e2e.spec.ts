import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { bring, exportOf, newSite } from '../support/backups.js';
import { type Client, Fleet, type Team } from './support/fleet.js';

const SECRET = 'correct-horse-battery';
const BEFORE = exportOf(
  '/interface bridge',
  'add name=lan',
  '/interface vlan',
  'add interface=lan name=guests vlan-id=20',
  '/ip pool',
  'add name=dhcp ranges=192.168.88.10-192.168.88.200',
  '/ppp secret',
  `add name=anna password=${SECRET} service=l2tp`,
  '/ip address',
  'add address=192.168.88.1/24 comment=Büro interface=lan',
  'add address=10.20.0.1/22 interface=guests',
  'add address=100.64.3.9/32 interface=rosfleet-tunnel',
  'add address=203.0.113.9/32 interface=ether1',
  '/ip dhcp-server network',
  'add address=192.168.88.0/24 gateway=192.168.88.1',
  '/system script',
  'add name=x source="<script>alert(1)</script>"',
);
const AFTER = BEFORE.replace(SECRET, 'another-horse').replace('vlan-id=20', 'vlan-id=30').replace('2026-01-01', '2026-01-02');
const MISSING = '00000000-0000-4000-8000-000000000000';

describe('backups, as people and programs read them', () => {
  let fleet: Fleet;
  let team: Team;
  let viewer: Client;
  let site: string;
  let first: string;
  let second: string;
  beforeAll(async () => {
    fleet = await Fleet.start();
    team = await fleet.team();
    viewer = await fleet.member(team, 'member', ['backup:view']);
    site = await newSite(fleet, team);
    first = await bring(fleet, team, site, BEFORE);
    await fleet.clock.advance(3600_000);
    second = await bring(fleet, team, site, AFTER);
  }, 60_000);
  afterAll(() => fleet.stop());

  it('are listed newest first', async () => {
    const { body } = await viewer.get(`/backup/${site}`).expect(200);
    expect(body).toEqual([
      {
        ...{ filename: second, date: '2026-01-01', time: expect.stringMatching(/^13:00/), size: '662.0B', bytes: Buffer.byteLength(AFTER) },
        ...{ created_at: '2026-01-01T13:00:00.000000Z', confirmed_at: '2026-01-01T13:00:00.000000Z' },
        ...{ version: '7.22.3', model: 'RB5009UG+S+', serial_number: 'HG1', software_id: 'ABCD-EFGH' },
        changes: { count: 2, first: [expect.stringContaining('guests'), expect.stringContaining('anna')] },
      },
      expect.objectContaining({ filename: first, changes: null, created_at: '2026-01-01T12:00:00.000000Z' }),
    ]);
    expect(JSON.stringify(body)).not.toContain('horse');
    expect(first).toBe(`${Date.parse('2026-01-01T12:00:00Z') / 1000}.rsc`);
  });

  it('are at every path that the contract knew, with a slash at the end and without', async () => {
    const lists = ['backup/SITE', 'backup/SITE/', 'backups/SITE', 'backups/SITE/', 'sites/SITE/backups', 'sites/SITE/backups/'];
    const diffs = ['backup/SITE/A/B', 'backup/SITE/A/diff/B', 'backups/SITE/A/B/', 'sites/SITE/backups/A/diff/B'];
    const real = (path: string): string =>
      `/${path
        .replace('SITE', site)
        .replace('/A/', `/${first}/`)
        .replace(/B(\/?)$/, `${second}$1`)}`;
    const answers = async (paths: string[]): Promise<Set<string>> =>
      new Set(await Promise.all(paths.map(async (path) => (await viewer.get(real(path)).expect(200)).text)));
    expect((await answers(lists)).size).toBe(1);
    expect((await answers(diffs)).size).toBe(1);
    expect((await answers(['backup/SITE/subnets', 'backup/SITE/subnets/', 'sites/SITE/backups/subnets'])).size).toBe(1);
    expect((await answers([`backup/SITE/${first}`, `backups/SITE/${first}/`, `sites/SITE/backups/${first}`])).size).toBe(1);
  });

  it('are paged', async () => {
    const names = async (query: string): Promise<string[]> =>
      ((await viewer.get(`/backup/${site}?${query}`).expect(200)).body as { filename: string }[]).map(({ filename }) => filename);
    expect(await names('per_page=1')).toEqual([second]);
    expect(await names('per_page=1&page=2')).toEqual([first]);
    expect(await names('per_page=1&page=3')).toEqual([]);
    await viewer.get(`/backup/${site}?per_page=x`).expect(422);
  });

  it('are JSON, text, highlighted or a file, as the headers say', async () => {
    const get = (headers: Record<string, string>) => team.owner.get(`/backup/${site}/${first}`).set(headers).buffer(true).expect(200);
    const json = await get({});
    expect(json.body).toMatchObject({ filename: first, content: BEFORE, bytes: Buffer.byteLength(BEFORE) });
    const text = await get({ 'X-View': 'true' });
    expect([text.headers['content-type'], text.text]).toEqual(['text/plain; charset=utf-8', BEFORE]);
    const html = await get({ 'X-View': '1', 'X-Highlight': '' });
    expect(html.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(html.text).toContain('<span');
    expect(html.text).not.toContain('<script>');
    const file = await get({ 'X-View': 'true', 'X-Highlight': 'true', 'X-Download': 'true' });
    expect(file.headers).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-disposition': `attachment; filename="${site}-${first}"`,
    });
    expect(String(file.body)).toBe(BEFORE);
    for (const off of ['false', 'FALSE', '0']) expect((await get({ 'X-Download': off, 'X-View': off })).body).toEqual(json.body);
  });

  it('are files byte by byte as the router sent them, whatever the encoding', async () => {
    const other = await newSite(fleet, team);
    const bytes = Buffer.concat([Buffer.from(exportOf('/system note')), Buffer.from([0x23, 0x20, 0xe9, 0xff, 0x0d, 0x0a])]);
    const name = await bring(fleet, team, other, bytes);
    const file = await team.owner.get(`/backup/${other}/${name}`).set('X-Download', 'true').buffer(true).expect(200);
    expect((file.body as Buffer).equals(bytes)).toBe(true);
    expect((await team.owner.get(`/backup/${other}/${name}`).set('X-View', 'true')).text).toContain('# éÿ\r\n');
  });

  it('hide secrets from whoever may run no scripts', async () => {
    const form = async (client: Client, path: string, headers = {}): Promise<string> => {
      const { text, body } = await client.get(path).set(headers).buffer(true).expect(200);
      return text ?? String(body);
    };
    const file = `/backup/${site}/${first}`;
    for (const headers of [{}, { 'X-View': '1' }, { 'X-Highlight': '1' }, { 'X-Download': '1' }]) {
      expect(await form(team.owner, file, headers)).toContain(SECRET);
      expect(await form(viewer, file, headers)).not.toContain(SECRET);
      expect(await form(viewer, file, headers)).toContain('anna');
    }
    const diff = `/backup/${site}/${first}/${second}`;
    for (const headers of [{}, { 'X-Highlight': '1' }, { 'X-Download': '1' }]) {
      expect(await form(team.owner, diff, headers)).toContain(SECRET);
      expect(await form(viewer, diff, headers)).not.toContain('horse');
      expect(await form(viewer, diff, headers)).toContain('anna'); // that it changed is no secret
    }
    for (const client of [team.owner, viewer]) expect(await form(client, `${diff}/changes`)).not.toContain('horse');
    const latest = async (client: Client): Promise<string> => (await client.post('/backup/latest', { sites: [site] }).expect(200)).text;
    expect([(await latest(team.owner)).includes('another-horse'), (await latest(viewer)).includes('horse')]).toEqual([true, false]);
    const [sealed] = await fleet.sql<{ n: number }>(`SELECT count(*)::int AS n FROM backup WHERE changes::text LIKE '%horse%'`);
    expect(sealed!.n).toBe(0);
  });

  it('are compared: what changed and nothing that RouterOS writes anew', async () => {
    const { headers, text } = await team.owner.get(`/backup/${site}/${first}/${second}`).expect(200);
    expect(headers['content-type']).toBe('text/plain; charset=utf-8');
    expect(text.split('\n').slice(0, 2)).toEqual([`--- ${first}`, `+++ ${second}`]);
    expect(text.split('\n').filter((line) => /^[-+][^-+]/.test(line))).toEqual([
      '-add interface=lan name=guests vlan-id=20',
      '+add interface=lan name=guests vlan-id=30',
      `-add name=anna password=${SECRET} service=l2tp`,
      '+add name=anna password=another-horse service=l2tp',
    ]);
    const back = await team.owner.get(`/backup/${site}/${second}/${first}`).expect(200);
    expect(back.text).toContain('+add interface=lan name=guests vlan-id=20');
    expect((await team.owner.get(`/backup/${site}/${first}/${first}`).expect(200)).text).toBe('');
    const html = await team.owner.get(`/backup/${site}/${first}/${second}`).set('X-Highlight', 'true').expect(200);
    expect(html.headers['content-type']).toBe('text/html; charset=utf-8');
    const file = await team.owner.get(`/backup/${site}/${first}/${second}`).set('X-Download', 'true').buffer(true).expect(200);
    expect(file.headers['content-disposition']).toBe(`attachment; filename="${site}-${first}-${second}.diff"`);
    expect(String(file.body)).toBe(text);
  });

  it('tell their changes item by item', async () => {
    const { body } = await viewer.get(`/backup/${site}/${first}/${second}/changes`).expect(200);
    expect(body).toMatchObject([
      { kind: 'changed', menu: '/interface/vlan', item: 'guests', is_ours: false, properties: [{ name: 'vlan-id', from: '20', to: '30' }] },
      { kind: 'changed', menu: '/ppp/secret', item: 'anna', properties: [{ name: 'password' }] },
    ]);
    expect((await viewer.get(`/backup/${site}/${first}/${first}/changes`).expect(200)).body).toEqual([]);
  });

  it('tell the local networks of the newest', async () => {
    const { body } = await viewer.get(`/backup/${site}/subnets`).expect(200);
    expect(body).toEqual([
      {
        ...{ subnet: '192.168.88.0/24', address: '192.168.88.1', interface: 'lan', comment: 'Büro', interface_type: 'bridge' },
        ...{ vlan_id: null, dhcp_networks: ['192.168.88.0/24'], pools: ['dhcp'] },
      },
      expect.objectContaining({ subnet: '10.20.0.0/22', address: '10.20.0.1', interface_type: 'vlan', vlan_id: 30, comment: null }),
    ]);
    expect((await viewer.get(`/backup/${await newSite(fleet, team)}/subnets`).expect(200)).body).toEqual([]);
  });

  it('are given for many sites at once, each judged by itself', async () => {
    const empty = await newSite(fleet, team);
    const stranger = await fleet.team();
    const foreign = await newSite(fleet, stranger);
    const sites = [site, empty, foreign, MISSING, site.toUpperCase()];
    for (const path of ['/backup/latest', '/backups/latest', '/api/backups/latest', '/backup/latest/']) {
      const { body } = await team.owner.post(path, { sites }).expect(200);
      expect(body).toMatchObject({ total_sites: 4, successful: 1, errors: 3 });
      expect((body as { results: Record<string, unknown> }).results).toEqual({
        [site]: { status: 'success', message: null, backup: expect.objectContaining({ filename: second, content: AFTER }) },
        [empty]: { status: 'error', backup: null, message: 'This site has no backup yet.' },
        ...Object.fromEntries([foreign, MISSING].map((id) => [id, { status: 'error', backup: null, message: 'There is no such site.' }])),
      });
    }
    const many = Array.from({ length: 51 }, (_, i) => `00000000-0000-4000-8000-${String(i).padStart(12, '0')}`);
    for (const wrong of [{}, { sites: [] }, { sites: ['x'] }, { sites: many }, { sites: site }, { sites: [site], more: 1 }])
      await team.owner.post('/backup/latest', wrong).expect(422);
    await team.owner.post('/backup/latest', { sites: many.slice(1) }).expect(200);
  });

  it('do not exist for others, and under no other name', async () => {
    const stranger = await fleet.team();
    const paths = ['', '/subnets', `/${first}`, `/${first}/${second}`, `/${first}/diff/${second}`, `/${first}/${second}/changes`];
    for (const path of paths) {
      const foreign = await stranger.owner.get(`/backup/${site}${path}`).expect(404);
      const none = await stranger.owner.get(`/backup/${MISSING}${path}`).expect(404);
      expect(foreign.body).toEqual({ ...none.body, request_id: expect.any(String) });
    }
    await stranger.owner.post(`/backup/${site}`).expect(404);
    const wrong = [
      '1.rsc',
      `0${first}`,
      `${first.slice(0, -4)}.txt`,
      first.slice(0, -4),
      '..%2f..%2fetc%2fpasswd',
      '-1.rsc',
      '99999999999999.rsc',
      '%00.rsc',
      `${first}%0a`,
    ];
    for (const name of wrong) {
      expect([name, (await team.owner.get(`/backup/${site}/${name}`)).status]).toEqual([name, 404]);
      expect([name, (await team.owner.get(`/backup/${site}/${first}/${name}`)).status]).toEqual([name, 404]);
    }
    await team.owner.get(`/backup/${site}/${first}/${second}/${second}`).expect(404);
    await team.owner.get(`/backup/no-site`).expect(404);
  });

  it('need their scopes', async () => {
    const nobody = await fleet.member(team, 'member', ['site:view']);
    for (const path of ['', '/subnets', `/${first}`, `/${first}/${second}`, `/${first}/${second}/changes`])
      await nobody.get(`/backup/${site}${path}`).expect(403);
    await nobody.post('/backup/latest', { sites: [site] }).expect(403);
    await viewer.post(`/backup/${site}`).expect(403);
    await fleet.http().get(`/backup/${site}`).expect(401);
  });

  it('show their time by the clock and in the words of whoever reads', async () => {
    const person = await fleet.person(team, 'member');
    await fleet.sql(`UPDATE app_user SET timezone = 'Africa/Johannesburg', date_format = 'd/m/Y', time_format = 'h:i A' WHERE id = $1`, [
      person.userId,
    ]);
    const { body } = await person.get(`/backup/${site}`).expect(200);
    expect(body[0]).toMatchObject({ filename: second, date: '01/01/2026', time: '03:00 PM', created_at: '2026-01-01T13:00:00.000000Z' });
  });

  it('whose content is lost say so, and keep nobody from the others', async () => {
    const other = await newSite(fleet, team);
    const name = await bring(fleet, team, other, BEFORE.replace('lan', 'lost'));
    const { rmSync } = await import('node:fs');
    const { join } = await import('node:path');
    const [{ id }] = (await fleet.sql<{ id: string }>(`SELECT blob_id AS id FROM backup WHERE site_id = $1`, [other])) as [{ id: string }];
    rmSync(join(fleet.dataDir, 'blobs', id.slice(-2), id.slice(-4, -2), id));
    const { body } = await team.owner.get(`/backup/${other}/${name}`).expect(503);
    expect(body).toMatchObject({ code: 'backup_unreadable', message: expect.not.stringContaining(fleet.dataDir) });
    await team.owner.get(`/backup/${other}`).expect(200);
    const latest = await team.owner.post('/backup/latest', { sites: [other, site] }).expect(200);
    expect(latest.body).toMatchObject({ successful: 1, errors: 1 });
    await fleet.clock.advance(1000);
    const next = await bring(fleet, team, other, BEFORE.replace('lan', 'found'));
    expect((await team.owner.get(`/backup/${other}`)).body[0]).toMatchObject({ filename: next, changes: null });
  });
});
