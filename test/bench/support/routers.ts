import type pg from 'pg';
import { keyed, NOTHING_WISHED } from '../../../src/routeros/sections/index.js';
import { DeviceTokens } from '../../../src/fleet/poll/device-tokens.js';
import { lastingFacts } from '../../../src/fleet/poll/facts.js';
import { AccessChecks } from '../../../src/platform/access/index.js';
import type { SiteId, TeamId } from '../../../src/platform/context/index.js';
import { AppKeys, uuidToBase62 } from '../../../src/platform/crypto/index.js';
import { hardwareHash, parseHeartbeat } from '../../../src/routeros/heartbeat/index.js';
import { APP_KEY } from './installation.js';

/** The site of the n-th router; time-ordered like real ones. */
export const siteId = (n: number): SiteId => `019a8000-0000-7000-8000-${n.toString(16).padStart(12, '0')}` as SiteId;

/** Device tokens as the server issues them. */
export function tokenMaker(teamId: TeamId): (n: number) => string {
  const tokens = new DeviceTokens(new AppKeys(APP_KEY), new AccessChecks());
  return (n) => tokens.issue({ siteId: siteId(n), teamId, generation: 1 });
}

const MODELS = [
  { model: 'RB5009UG+S+', board: 'RB5009', arch: 'arm64', cpu: 'ARM64', cores: 4, mhz: 1400, memory: 1024, disk: 1024, type: '70x0' },
  { model: 'RBD52G-5HacD2HnD', board: 'hAP ac^2', arch: 'arm', cpu: 'ARM', cores: 4, mhz: 716, memory: 128, disk: 15, type: 'ipq4000L' },
  {
    model: 'CCR2004-1G-12S+2XS',
    board: 'CCR2004-1G-12S+2XS',
    arch: 'arm64',
    cpu: 'ARM64',
    cores: 4,
    mhz: 1700,
    memory: 4096,
    disk: 128,
    type: 'al64v2',
  },
];
const VERSIONS = ['7.16.2 (stable)', '7.22.3 (stable)', '7.12.1 (stable)'];

/** Uptime in its printed form, always as long, so that it can be overwritten in a ready-made request. */
export const uptimeText = (seconds: number): string => {
  const two = (n: number): string => String(Math.floor(n)).padStart(2, '0');
  return `1w2d${two((seconds / 3600) % 24)}:${two((seconds / 60) % 60)}:${two(seconds % 60)}`;
};

export const serialOf = (n: number): string => `HG${n.toString(36).toUpperCase().padStart(9, '0')}`;

/** What the script of render/poll.ts sends: identity, then `:tostr` of /system resource and /system routerboard. */
export function heartbeatOf(n: number, uptime = uptimeText(0), serial = serialOf(n)): string {
  const m = MODELS[n % MODELS.length]!;
  const mib = 1_048_576;
  return [
    `name=shop-${n}`,
    `architecture-name=${m.arch};bad-blocks=0;board-name=${m.board};build-time=2026-02-03 10:11:12;cpu=${m.cpu};cpu-count=${m.cores};cpu-frequency=${m.mhz}`,
    `cpu-load=${n % 90};free-hdd-space=${((m.disk * mib) / 2) | 0};free-memory=${((m.memory * mib) / 2) | 0};platform=MikroTik;total-hdd-space=${m.disk * mib}`,
    `total-memory=${m.memory * mib};uptime=${uptime};version=${VERSIONS[n % VERSIONS.length]};write-sect-since-reboot=${1000 + (n % 977)};write-sect-total=${20000 + (n % 977)}`,
    `board-name=${m.board};current-firmware=7.16.2;factory-firmware=7.6;firmware-type=${m.type};model=${m.model};revision=r2;routerboard=true;serial-number=${serial};upgrade-firmware=7.16.2`,
  ].join(';');
}

export const teamOf = async (db: pg.Client): Promise<TeamId> =>
  (await db.query<{ id: TeamId }>('SELECT id FROM team ORDER BY created_at LIMIT 1')).rows[0]!.id;

const BATCH = 5000;

/** Adopted sites that sent a heartbeat `silentSeconds` ago and are online. */
export async function seedSites(db: pg.Client, count: number, silentSeconds = 1): Promise<TeamId> {
  const teamId = await teamOf(db);
  await db.query('BEGIN');
  for (let from = 0; from < count; from += BATCH) {
    const rows = Array.from({ length: Math.min(BATCH, count - from) }, (_, i) => {
      const [n, heartbeat] = [from + i, parseHeartbeat(heartbeatOf(from + i))];
      return { n, id: siteId(n), hardware: hardwareHash(heartbeat), pid: `site_${uuidToBase62(siteId(n))}`, ...lastingFacts(heartbeat) };
    });
    await db.query(
      `INSERT INTO site (id, team_id, pid, name, hardware_hash, device_generation, identity, serial_number, software_version, architecture_name, model, board_name, routerboard, facts, adopted_at, created_at, updated_at)
       SELECT id, $1, pid, identity, hardware, 1, identity, serial, version, arch, model, board, true, facts, now(), now(), now()
       FROM unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::jsonb[])
         AS t(id, pid, hardware, identity, serial, version, arch, model, board, facts)`,
      [
        teamId,
        ...[
          rows.map((r) => r.id),
          rows.map((r) => r.pid),
          rows.map((r) => r.hardware),
          rows.map((r) => r.identity),
          rows.map((r) => r.serialNumber),
        ],
        ...[
          rows.map((r) => r.softwareVersion),
          rows.map((r) => r.architectureName),
          rows.map((r) => r.model),
          rows.map((r) => r.boardName),
        ],
        rows.map((r) => JSON.stringify(r.facts)),
      ],
    );
    await db.query(
      `INSERT INTO site_pulse (site_id, team_id, has_pulse, last_seen_at, last_seen_from, uptime_seconds, hour, hour_beats, sampled_at)
       SELECT id, $2, true, at, '127.0.0.1', 700000, date_trunc('hour', at), 0, at FROM unnest($1::uuid[]) AS t(id), (SELECT now() - $3::int * interval '1 second') AS s(at)`,
      [rows.map((r) => r.id), teamId, silentSeconds],
    );
  }
  await db.query('COMMIT');
  await db.query('VACUUM ANALYZE site');
  await db.query('VACUUM ANALYZE site_pulse');
  return teamId;
}

/** Jobs that need no report, for these routers: delivered by their next poll. */
export async function queueJobs(db: pg.Client, teamId: TeamId, routers: readonly number[]): Promise<void> {
  await db.query(
    `INSERT INTO job (id, team_id, site_id, idempotency_key, description, script, express_execute, needs_acknowledgement, should_backup, state, created_at)
     SELECT gen_random_uuid(), $1, id, gen_random_uuid(), 'bench', $3, false, false, false, 'pending', now() FROM unnest($2::uuid[]) AS t(id)`,
    [teamId, routers.map(siteId), '/ip firewall address-list add list=blocked address=192.0.2.1 comment="rosfleet bench" timeout=1h'],
  );
}

/** Heartbeats that the database knows of. */
export const beatsStored = async (db: pg.Client): Promise<number> =>
  Number(
    (
      await db.query<{ n: string }>(
        'SELECT (SELECT COALESCE(sum(hour_beats), 0) FROM site_pulse) + (SELECT COALESCE(sum(beats), 0) FROM site_hour) AS n',
      )
    ).rows[0]!.n,
  );

/**
 * Sections of all seeded sites that have come to rest with nothing in force. Sites get no tunnel meanwhile either, which the server would
 * hand out to all of them in the middle of a measurement.
 */
export async function atRest(db: pg.Client, sections: readonly string[]): Promise<void> {
  await db.query(`UPDATE task SET run_at = now() + interval '1 day' WHERE name = 'control-plane.assign-tunnels'`);
  await db.query(
    `INSERT INTO site_section (site_id, section, team_id, wanted, sent, applied, applied_hash, sent_hash, wanted_at, version)
     SELECT s.id, n, s.team_id, 1, 1, 1, $1, $1, now(), s.software_version FROM site s, unnest($2::text[]) n`,
    [keyed(NOTHING_WISHED, 1).hash, sections],
  );
  await db.query('ANALYZE site_section');
}
