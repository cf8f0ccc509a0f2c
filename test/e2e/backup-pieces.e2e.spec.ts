import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Tickets } from '../../src/modules/backups/tickets.js';
import { type JobId, RequestContext, type SiteId } from '../../src/platform/context/index.js';
import { bring, exportOf, filesOf, type Leave, leaveFor, newSite, pathOf, piece } from '../support/backups.js';
import { Fleet, type Team } from './support/fleet.js';

const text = exportOf(
  '/ip firewall address-list',
  ...Array.from({ length: 3000 }, (_, i) => `add address=10.0.${i >> 8}.${i & 255} list="Gäste ${i}"`),
);
const EXPORT = Buffer.from(text);
const SIZE = 30_000;
const PIECES = Array.from(
  { length: Math.ceil(EXPORT.length / SIZE) },
  (_, i) => [i * SIZE, EXPORT.subarray(i * SIZE, (i + 1) * SIZE)] as const,
);

describe('an export that comes over HTTPS in pieces', () => {
  let fleet: Fleet;
  let team: Team;
  let site: string;
  let leave: Leave;
  beforeAll(async () => {
    fleet = await Fleet.start({ BACKUP_MAX_MB: '1' });
    team = await fleet.team();
  }, 60_000);
  afterAll(() => fleet.stop());
  beforeEach(async () => {
    site = await newSite(fleet, team);
    leave = await leaveFor(fleet, team, site);
  });
  const send = ([first, bytes]: readonly [number, Buffer], total = EXPORT.length, url = leave.url) =>
    piece(fleet, url, bytes, first, total);
  const read = async (): Promise<string> => (await team.owner.get(`/backup/${site}/${leave.name}`).set('X-View', 'true').expect(200)).text;
  const held = async (): Promise<number> =>
    (await fleet.sql<{ n: number }>(`SELECT count(*)::int AS n FROM backup_part WHERE job_id = $1`, [leave.job]))[0]!.n;

  it('is whole with its last piece, in whatever order they come, and however often', async () => {
    expect(PIECES.length).toBeGreaterThan(3);
    for (const each of [...PIECES].reverse().slice(0, -1)) {
      await send(each).expect(200, 'taken');
      await send(each).expect(200, 'taken');
      expect(await filesOf(team, site)).toEqual([]);
    }
    const answer = await send(PIECES[0]!).expect(200, 'complete');
    expect(answer.headers['content-type']).toBe('text/plain; charset=utf-8');
    expect(await read()).toBe(text);
    expect(await held()).toBe(0);
  });

  it('is whole once when all pieces come at the same time', async () => {
    const answers = await Promise.all([...PIECES, ...PIECES].map((each) => send(each)));
    // Who brings a last piece a second time while the first is being kept is told to come again, and then that it is complete.
    expect(new Set(answers.map(({ status }) => status)).size).toBeLessThanOrEqual(2);
    await send(PIECES.at(-1)!).expect(200, 'complete');
    expect(await filesOf(team, site)).toEqual([leave.name]);
    expect(await read()).toBe(text);
  });

  it('answers a router that did not hear the answer to its last piece', async () => {
    for (const each of PIECES) await send(each).expect(200);
    for (const each of PIECES) await send(each).expect(200, 'complete');
    expect(await filesOf(team, site)).toEqual([leave.name]);
    expect(await held()).toBe(0);
  });

  it('is not made of pieces of an attempt before', async () => {
    const other = Buffer.from(text.replaceAll('Gäste', 'Gaste!'));
    expect(other).toHaveLength(EXPORT.length);
    for (let i = 0; i < PIECES.length - 1; i++) await send([i * SIZE, other.subarray(i * SIZE, (i + 1) * SIZE)]).expect(200, 'taken');
    const order = { jobId: leave.job as JobId, siteId: site as SiteId, teamId: team.teamId, version: '7.22.3' };
    await fleet.app.get(Tickets).issue(RequestContext.system('test'), order); // the job is delivered again
    await send(PIECES.at(-1)!).expect(200, 'taken');
    for (const each of PIECES.slice(0, -1)) await send(each).expect(200);
    expect(await read()).toBe(text);
  });

  it.each([
    ['no range', undefined],
    ['words', 'all of it'],
    ['another unit', 'lines 0-9/10'],
    ['no total', 'bytes 0-9/*'],
    ['a last byte before the first', 'bytes 9-0/10'],
    ['more than the total', 'bytes 0-9/9'],
    ['fewer bytes than there are', 'bytes 0-8/100'],
    ['more bytes than there are', 'bytes 0-10/100'],
    ['huge numbers', 'bytes 99999999999-99999999999/99999999999'],
  ])('is refused with %s in Content-Range', async (_, range) => {
    const request = fleet.http().post(pathOf(leave.url)).set('content-type', 'application/octet-stream');
    if (range !== undefined) void request.set('content-range', range);
    const { body } = await request.send(Buffer.from('0123456789')).expect(422);
    expect(body).toMatchObject({ type: 'invalid_request_error', message: expect.stringContaining('Content-Range') });
    expect(await held()).toBe(0);
  });

  it('is refused where pieces do not fit together', async () => {
    await send(PIECES[1]!).expect(200, 'taken');
    await send([0, PIECES[0]![1]], 2 * SIZE - 1).expect(422); // another total
    for (const start of [1, SIZE - 1, SIZE + 1, 2 * SIZE - 1]) await send([start, PIECES[0]![1]]).expect(422); // over what is there
    await send([SIZE, PIECES[0]![1]]).expect(200, 'taken'); // in its place
    expect(await held()).toBe(1);
    expect(await filesOf(team, site)).toEqual([]);
  });

  it('is refused when it is too large, before anything is kept', async () => {
    const { body } = await send(PIECES[0]!, 1_048_577).expect(413);
    expect(body).toMatchObject({ message: expect.stringContaining('1048576') });
    await piece(fleet, leave.url, Buffer.alloc(65_537, 'a')).expect(413);
    expect(await held()).toBe(0);
  });

  it('is refused as what it is not', async () => {
    const request = fleet.http().post(pathOf(leave.url)).set({ 'content-type': 'text/plain', 'content-range': 'bytes 0-4/5' });
    await request.send('hello').expect(415);
    await piece(fleet, leave.url, Buffer.from('hello')).expect(422);
    await piece(fleet, leave.url, Buffer.from('0')).expect(422);
  });

  it('is refused after its time, with another signature, and for another job', async () => {
    const another = await leaveFor(fleet, team, site);
    const bytes = Buffer.from(exportOf('/ip'));
    const swapped = pathOf(leave.url).replace(leave.job, another.job);
    const headers = { 'content-type': 'application/octet-stream', 'content-range': `bytes 0-${bytes.length - 1}/${bytes.length}` };
    for (const path of [swapped, pathOf(leave.url).replace(/signature=[^&]+/, 'signature=00'), `/job/${leave.job}/backup`])
      expect([401, 403]).toContain((await fleet.http().post(path).set(headers).send(bytes)).status);
    await fleet.clock.advance(15 * 60_000 - 1000);
    await piece(fleet, another.url, bytes.subarray(0, 10), 0, bytes.length).expect(200, 'taken');
    await fleet.clock.advance(2000);
    expect([401, 403, 409]).toContain((await piece(fleet, another.url, bytes)).status);
    await fleet.app.get(Tickets).drop(RequestContext.system('test'));
    expect(await fleet.sql(`SELECT 1 FROM backup_ticket UNION ALL SELECT 1 FROM backup_part`)).toEqual([]);
    expect(await filesOf(team, site)).toEqual([]);
  });

  it('is refused when the site is gone', async () => {
    await send(PIECES[0]!).expect(200, 'taken');
    await fleet.sql(`DELETE FROM site WHERE id = $1`, [site]);
    await send(PIECES[1]!).expect(409);
  });

  it('is one version when two equal ones come at the same time, and none of a different one is lost', async () => {
    const leaves = [leave, await leaveFor(fleet, team, site)];
    const bytes = Buffer.from(exportOf('/ip dns', 'set servers=192.0.2.1'));
    await Promise.all(leaves.map(({ url }) => piece(fleet, url, bytes)));
    expect(await filesOf(team, site)).toHaveLength(1);
    await fleet.clock.advance(1000);
    const third = await bring(fleet, team, site, exportOf('/ip dns', 'set servers=192.0.2.2'));
    expect((await filesOf(team, site))[0]).toBe(third);
  });

  it('makes no version of a menu that the router could not export', async () => {
    const complete = exportOf('/ip dns', 'set servers=192.0.2.1', '/ip socks', 'set enabled=yes');
    const lacking = exportOf('/ip dns', 'set servers=192.0.2.1', '#error exporting "/ip/socks" (timeout)');
    const first = await bring(fleet, team, site, complete);
    await fleet.clock.advance(1000);
    await bring(fleet, team, site, lacking);
    expect(await filesOf(team, site)).toEqual([first]);
    leave = { ...leave, name: first };
    expect(await read()).toBe(complete);
  });

  it('fills in what a version lacked because the router could not export it', async () => {
    const first = await bring(fleet, team, site, exportOf('/ip dns', 'set servers=192.0.2.1', '/ip socks', 'set enabled=yes'));
    await fleet.clock.advance(1000);
    const second = await bring(fleet, team, site, exportOf('/ip dns', 'set servers=192.0.2.2', '#error exporting "/ip/socks" (timeout)'));
    await fleet.clock.advance(1000);
    const complete = exportOf('/ip dns', 'set servers=192.0.2.2', '/ip socks', 'set enabled=yes port=1081');
    await bring(fleet, team, site, complete);
    expect(await filesOf(team, site)).toEqual([second, first]);
    leave = { ...leave, name: second };
    expect(await read()).toBe(complete);
    const [newest] = (await team.owner.get(`/backup/${site}`)).body as { changes: { count: number; first: string[] } }[];
    expect(newest!.changes).toEqual({ count: 2, first: [expect.stringContaining('dns'), expect.stringContaining('socks')] });
  });
});
