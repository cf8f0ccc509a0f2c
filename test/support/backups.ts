import type { Test } from 'supertest';
import { SiteService } from '../../src/fleet/index.js';
import { Tickets } from '../../src/modules/backups/tickets.js';
import { type JobId, newId, RequestContext, type SiteId } from '../../src/platform/context/index.js';
import { SignedUrls } from '../../src/platform/crypto/index.js';
import type { Fleet, Team } from '../e2e/support/fleet.js';

const PIECE_BYTES = 32_768;

/** Leave for a router to bring one export, as its script has it. */
export interface Leave {
  readonly site: string;
  readonly job: string;
  readonly password: string;
  /** `<unix seconds>.rsc` */
  readonly name: string;
  /** Signed, for pieces over HTTPS. */
  readonly url: string;
}

export async function newSite(fleet: Fleet, team: Team, name = 'Shop'): Promise<string> {
  const ctx = RequestContext.of({ kind: 'user', userId: team.owner.userId }, { teamId: team.teamId });
  return (await fleet.app.get(SiteService).create(ctx, { name })).id;
}

/** What a backup job of the site would carry. */
export async function leaveFor(fleet: Fleet, team: Team, site: string): Promise<Leave> {
  const jobId = newId<JobId>();
  const order = { jobId, siteId: site as SiteId, teamId: team.teamId, version: '7.22.3' };
  const { password, takenAt, expiresAt } = await fleet.app.get(Tickets).issue(RequestContext.system('test'), order);
  const url = fleet.app.get(SignedUrls).sign(`/job/${jobId}/backup`, {}, Math.ceil(expiresAt.getTime() / 1000));
  return { site, job: jobId, password, name: `${Math.floor(takenAt.getTime() / 1000)}.rsc`, url };
}

/** An export as RouterOS writes it, with these lines. */
export const exportOf = (...lines: string[]): string =>
  `# 2026-01-01 12:00:00 by RouterOS 7.22.3\n# software id = ABCD-EFGH\n#\n# model = RB5009UG+S+\n# serial number = HG1\n${lines.map((line) => `${line}\n`).join('')}`;

export const filesOf = async (team: Team, site: string): Promise<string[]> =>
  ((await team.owner.get(`/backup/${site}`).expect(200)).body as { filename: string }[]).map(({ filename }) => filename);

export const pathOf = (url: string): string => new URL(url).pathname + new URL(url).search;

/** One piece of an upload over HTTPS: `total` bytes altogether, these from `first` on. */
export const piece = (fleet: Fleet, url: string, bytes: Buffer, first = 0, total = bytes.length): Test =>
  fleet
    .http()
    .post(pathOf(url))
    .set({ 'content-type': 'application/octet-stream', 'content-range': `bytes ${first}-${first + bytes.length - 1}/${total}` })
    .send(bytes);

/** A router of the site brings an export; what comes of it has its name in the answer, should it be a version of its own. */
export async function bring(fleet: Fleet, team: Team, site: string, contents: string | Buffer): Promise<string> {
  const leave = await leaveFor(fleet, team, site);
  const bytes = Buffer.from(contents as string);
  for (let first = 0; first < bytes.length; first += PIECE_BYTES) {
    const part = bytes.subarray(first, first + PIECE_BYTES);
    const isLast = first + part.length === bytes.length;
    await piece(fleet, leave.url, part, first, bytes.length).expect(200, isLast ? 'complete' : 'taken');
  }
  return leave.name;
}
