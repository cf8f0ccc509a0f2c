import { dayAndMonth } from '../sites/words.js';

const HOUR_MS = 3_600_000;
const BEAT_MS = 30_000;

/** A time span; open at the end while it lasts. */
export interface Span {
  readonly from: Date;
  readonly to: Date | null;
}

export interface HourRow {
  readonly time_formatted: string;
  readonly date_formatted: string;
  /** 0 to 100, one decimal. */
  readonly missed_heartbeats_percentage: number;
  /** 0 to 60. */
  readonly total_minutes_down: number;
}

export interface UptimeFacts {
  readonly first: Date;
  readonly hours: number;
  readonly now: Date;
  /** Since when heartbeats could be expected; null before adoption. */
  readonly since: Date | null;
  readonly beats: readonly { readonly hour: Date; readonly beats: number }[];
  readonly outages: readonly Span[];
  /** When we ourselves could not hear: counted as neither missed nor down. */
  readonly absences: readonly Span[];
}

/** One row an hour, oldest first. */
export function hourlyUptime(facts: UptimeFacts): HourRow[] {
  const received = new Map(facts.beats.map((b) => [b.hour.getTime(), b.beats]));
  return Array.from({ length: facts.hours }, (_, i) => {
    const start = facts.first.getTime() + i * HOUR_MS;
    const from = Math.max(start, facts.since?.getTime() ?? Infinity);
    const to = Math.min(start + HOUR_MS, facts.now.getTime());
    const heard = Math.max(0, to - from - overlap(facts.absences, from, to, facts.now));
    const expected = Math.floor(heard / BEAT_MS);
    const missed = expected === 0 ? 0 : Math.max(0, 1 - (received.get(start) ?? 0) / expected);
    const down = from < to ? Math.min(overlap(facts.outages, from, to, facts.now), heard) : 0;
    const hour = new Date(start);
    return {
      time_formatted: `${String(hour.getUTCHours()).padStart(2, '0')}:00`,
      date_formatted: dayAndMonth(hour),
      missed_heartbeats_percentage: Math.round(missed * 1000) / 10,
      total_minutes_down: Math.round(down / 6000) / 10,
    };
  });
}

const overlap = (spans: readonly Span[], from: number, to: number, now: Date): number =>
  spans.reduce((sum, span) => sum + Math.max(0, Math.min(to, (span.to ?? now).getTime()) - Math.max(from, span.from.getTime())), 0);
