import { describe, expect, it } from '@jest/globals';
import { hourlyUptime, type UptimeFacts } from './hourly-uptime.js';

const at = (time: string): Date => new Date(`2026-01-01T${time}Z`);
const facts: UptimeFacts = {
  first: at('10:00:00'),
  hours: 3,
  now: at('12:30:00'),
  since: at('09:00:00'),
  beats: [],
  outages: [],
  absences: [],
};
const full = [
  { hour: at('10:00:00'), beats: 120 },
  { hour: at('11:00:00'), beats: 120 },
  { hour: at('12:00:00'), beats: 60 },
];

describe('hourly uptime', () => {
  it('is flawless when each heartbeat came, the running hour counted so far', () => {
    const rows = hourlyUptime({ ...facts, beats: full });
    expect(rows.map((r) => r.time_formatted)).toEqual(['10:00', '11:00', '12:00']);
    expect(rows.every((r) => r.date_formatted === '01 Jan' && r.missed_heartbeats_percentage === 0 && r.total_minutes_down === 0)).toBe(
      true,
    );
  });

  it('counts missed heartbeats and minutes down, also of an outage that lasts', () => {
    const rows = hourlyUptime({
      ...facts,
      beats: [{ hour: at('10:00:00'), beats: 90 }, full[1]!],
      outages: [
        { from: at('10:45:00'), to: at('11:00:00') },
        { from: at('12:00:00'), to: null },
      ],
    });
    expect(rows.map((r) => r.missed_heartbeats_percentage)).toEqual([25, 0, 100]);
    expect(rows.map((r) => r.total_minutes_down)).toEqual([15, 0, 30]);
  });

  it('blames no router for the time in which the server was away', () => {
    const rows = hourlyUptime({
      ...facts,
      beats: [{ hour: at('10:00:00'), beats: 60 }, ...full.slice(1)],
      absences: [{ from: at('10:00:00'), to: at('10:30:00') }],
    });
    expect(rows[0]).toMatchObject({ missed_heartbeats_percentage: 0, total_minutes_down: 0 });
  });

  it('expects nothing before adoption', () => {
    const rows = hourlyUptime({ ...facts, since: at('11:30:00'), beats: [{ hour: at('11:00:00'), beats: 60 }, full[2]!] });
    expect(rows.map((r) => r.missed_heartbeats_percentage)).toEqual([0, 0, 0]);
    expect(hourlyUptime({ ...facts, since: null }).every((r) => r.missed_heartbeats_percentage === 0)).toBe(true);
  });
});
