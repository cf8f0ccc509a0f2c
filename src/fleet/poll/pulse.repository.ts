import { Injectable } from '@nestjs/common';
import type { RequestContext, SiteId, TeamId } from '../../platform/context/index.js';
import { Database } from '../../platform/database/index.js';
import type { Vitals } from '../../routeros/heartbeat/index.js';
import type { LastingFacts } from './facts.js';
import type { Beat } from './heartbeat-buffer.js';

const ADDRESS = /^[0-9a-f.:]+$/i;
/** Seconds between two samples of a router's load. */
const SAMPLE_SECONDS = 300;
/**
 * A reboot shows as uptime below what it would be had the router kept running; clocks drift and heartbeats are delayed,
 * so half a minute and two percent of the gap are forgiven.
 */
const REBOOT_TOLERANCE_SECONDS = 30;

/** A site whose heartbeat means more than «still there». */
export interface NotableBeat {
  readonly siteId: SiteId;
  readonly teamId: TeamId | null;
  /** The generation that now serves the site; null when there is no such site. */
  readonly generation: number | null;
  readonly valid: boolean;
  /** A job waits, or the removal. */
  readonly prompt: boolean;
  /** A section has something to send. */
  readonly due: boolean;
  readonly cameOnline: boolean;
  readonly offlineSince: Date | null;
  readonly rebooted: boolean;
}

export type ReadBeat = Beat & { readonly vitals: Vitals };

export interface FactsOfSite {
  readonly siteId: SiteId;
  readonly facts: LastingFacts;
}

/** SQL of the poll path, across teams: a few statements a second, whatever the number of routers. */
@Injectable()
export class PulseRepository {
  constructor(private readonly db: Database) {}

  /** Writes the newest heartbeat of each site and answers the notable ones. Named columns only; older never overwrites newer. */
  async write(ctx: RequestContext, beats: readonly ReadBeat[]): Promise<NotableBeat[]> {
    const column = (pick: (beat: ReadBeat) => string | number | null): string => `{${beats.map((beat) => pick(beat) ?? 'NULL').join(',')}}`;
    return this.db.query<NotableBeat>(ctx, WRITE, [
      // Array literals made here: ids and numbers need none of the escaping that pg does for each element.
      column((b) => b.device.siteId),
      column((b) => b.device.generation),
      column((b) => b.seenAt / 1000),
      column((b) => element(b.seenFrom)),
      column((b) => whole(b.vitals.uptimeSeconds)),
      column((b) => b.beats),
      column((b) => whole(b.vitals.cpuLoadPercent, LARGEST_INTEGER)),
      column((b) => whole(b.vitals.freeMemoryBytes)),
      column((b) => whole(b.vitals.freeHddBytes)),
    ]);
  }

  /** Stores lasting facts; an absent one keeps its value. Answers the sites where anything differed. */
  writeFacts(ctx: RequestContext, sites: readonly FactsOfSite[], now: Date): Promise<{ siteId: SiteId; teamId: TeamId }[]> {
    return this.db.query(ctx, WRITE_FACTS, [JSON.stringify(sites.map(({ siteId, facts }) => ({ id: siteId, ...facts }))), now]);
  }

  /** The outages of these sites ended with these heartbeats. */
  async closeOutages(ctx: RequestContext, beats: readonly Beat[]): Promise<void> {
    await this.db.query(
      ctx,
      `UPDATE site_outage o SET ended_at = GREATEST(o.started_at, b.at) FROM unnest($1::uuid[], $2::timestamptz[]) AS b(site_id, at)
       WHERE o.site_id = b.site_id AND o.ended_at IS NULL`,
      [beats.map((b) => b.device.siteId), beats.map((b) => new Date(b.seenAt))],
    );
  }

  /** Sites with something to deliver: jobs that wait, or a removal. */
  async sitesWithWork(ctx: RequestContext, now: Date): Promise<SiteId[]> {
    const rows = await this.db.query<{ id: SiteId }>(
      ctx,
      `SELECT DISTINCT site_id AS id FROM job WHERE state = 'pending' UNION SELECT id FROM site WHERE deletion_requested_at IS NOT NULL
       UNION SELECT site_id FROM site_section WHERE due_at <= $1`,
      [now],
    );
    return rows.map((row) => row.id);
  }
}

/** An element of an array literal. An address needs no quotes; what a proxy said instead may. */
const element = (text: string): string => (ADDRESS.test(text) ? text : `"${text.replace(/["\\]/g, '\\$&')}"`);

const LARGEST_INTEGER = 2_147_483_647;

/** A number that its column holds; null for one that it cannot: one router's nonsense must not fail the statement of all. */
function whole(value: number | undefined, largest = Number.MAX_SAFE_INTEGER): number | null {
  const rounded = value === undefined ? NaN : Math.floor(value);
  return rounded >= 0 && rounded <= largest ? rounded : null;
}

const WRITE_FACTS = `
UPDATE site s SET identity = n.identity, serial_number = n.serial_number, software_id = n.software_id, software_version = n.software_version,
  architecture_name = n.architecture_name, model = n.model, board_name = n.board_name, routerboard = n.routerboard, facts = n.facts, updated_at = $2
FROM (
  SELECT o.id, COALESCE(h.identity, o.identity) AS identity, COALESCE(h."serialNumber", o.serial_number) AS serial_number, COALESCE(h."softwareId", o.software_id) AS software_id,
         COALESCE(h."softwareVersion", o.software_version) AS software_version, COALESCE(h."architectureName", o.architecture_name) AS architecture_name,
         COALESCE(h.model, o.model) AS model, COALESCE(h."boardName", o.board_name) AS board_name, COALESCE(h.routerboard, o.routerboard) AS routerboard, o.facts || h.facts AS facts
  FROM jsonb_to_recordset($1::jsonb) AS h(id uuid, identity text, "serialNumber" text, "softwareId" text, "softwareVersion" text, "architectureName" text, model text,
                                          "boardName" text, routerboard boolean, facts jsonb) JOIN site o ON o.id = h.id
) n
WHERE s.id = n.id
  AND (s.identity, s.serial_number, s.software_id, s.software_version, s.architecture_name, s.model, s.board_name, s.routerboard, s.facts) IS DISTINCT FROM
      (n.identity, n.serial_number, n.software_id, n.software_version, n.architecture_name, n.model, n.board_name, n.routerboard, n.facts)
RETURNING s.id AS "siteId", s.team_id AS "teamId"`;

const WRITE = `
WITH hb AS (
  SELECT t.*, to_timestamp(seen) AS seen_at, to_timestamp(floor(seen / 3600) * 3600) AS hour
  FROM unnest($1::uuid[], $2::int[], $3::float8[], $4::text[], $5::bigint[], $6::int[], $7::int[], $8::bigint[], $9::bigint[])
    AS t(site_id, generation, seen, seen_from, uptime, beats, cpu, memory, disk)
), known AS (
  SELECT hb.*, s.team_id, s.device_generation, COALESCE(s.device_generation = hb.generation, false) AS valid, s.deletion_requested_at IS NOT NULL AS leaving,
         p.has_pulse AS was_online, p.last_seen_at AS was_seen_at, p.uptime_seconds AS was_uptime, p.offline_since, p.hour AS was_hour, p.hour_beats, p.sampled_at
  FROM hb LEFT JOIN site s ON s.id = hb.site_id LEFT JOIN site_pulse p ON p.site_id = hb.site_id
), beat AS (
  UPDATE site_pulse p SET
    has_pulse = true, offline_since = NULL,
    last_seen_at = GREATEST(p.last_seen_at, k.seen_at),
    last_seen_from = CASE WHEN p.last_seen_at > k.seen_at THEN p.last_seen_from ELSE k.seen_from END,
    uptime_seconds = CASE WHEN p.last_seen_at > k.seen_at THEN p.uptime_seconds ELSE COALESCE(k.uptime, p.uptime_seconds) END,
    hour = GREATEST(p.hour, k.hour),
    hour_beats = CASE WHEN p.hour = k.hour THEN p.hour_beats + k.beats WHEN p.hour > k.hour THEN p.hour_beats ELSE k.beats END,
    sampled_at = CASE WHEN p.sampled_at > k.seen_at - interval '${SAMPLE_SECONDS} seconds' THEN p.sampled_at ELSE k.seen_at END
  FROM known k WHERE p.site_id = k.site_id AND k.valid
), hours AS (
  INSERT INTO site_hour (site_id, hour, team_id, beats)
  SELECT site_id, was_hour, team_id, hour_beats FROM known WHERE valid AND was_hour < hour
  ON CONFLICT (site_id, hour) DO UPDATE SET beats = GREATEST(site_hour.beats, EXCLUDED.beats)
), samples AS (
  INSERT INTO site_stat (site_id, taken_at, team_id, cpu_load, memory_free, disk_free, uptime)
  SELECT site_id, seen_at, team_id, cpu, memory, disk, uptime FROM known
  WHERE valid AND uptime IS NOT NULL AND (sampled_at IS NULL OR sampled_at <= seen_at - interval '${SAMPLE_SECONDS} seconds')
  ON CONFLICT DO NOTHING
), noted AS (
  SELECT site_id, team_id, device_generation, valid,
         leaving OR EXISTS (SELECT FROM job j WHERE j.site_id = known.site_id AND j.state = 'pending') AS prompt,
         EXISTS (SELECT FROM site_section c WHERE c.site_id = known.site_id AND c.due_at <= known.seen_at) AS due,
         valid AND NOT COALESCE(was_online, false) AS came_online, offline_since,
         COALESCE(valid AND was_uptime IS NOT NULL AND uptime IS NOT NULL AND seen_at > was_seen_at
           AND uptime + ${REBOOT_TOLERANCE_SECONDS} < was_uptime + 0.98 * date_part('epoch', seen_at - was_seen_at), false) AS rebooted
  FROM known
)
SELECT site_id AS "siteId", team_id AS "teamId", device_generation AS generation, valid, prompt, due, came_online AS "cameOnline", offline_since AS "offlineSince", rebooted
FROM noted WHERE NOT valid OR prompt OR due OR came_online OR rebooted`;
