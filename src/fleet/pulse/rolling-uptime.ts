import type { Span } from './hourly-uptime.js';

export interface RollingFacts {
  readonly from: Date;
  readonly now: Date;
  /** Since when heartbeats could be expected; null before adoption. */
  readonly since: Date | null;
  readonly outages: readonly Span[];
  /** When we ourselves could not hear: no part of what is judged. They do not overlap. */
  readonly absences: readonly Span[];
}

export interface RollingUptime {
  /** 0 to 100, two decimals: of the time in which the router could be heard. */
  readonly uptimePercentage: number;
  /** Whole seconds. */
  readonly downSeconds: number;
}

/** How long a site was up within a span of time. Nothing could be heard before adoption or while we were away: 0 % of nothing. */
export function rollingUptime({ from, now, since, outages, absences }: RollingFacts): RollingUptime {
  const end = now.getTime();
  const start = Math.max(from.getTime(), since?.getTime() ?? end);
  /** Milliseconds of a span, within the window, in which we were there. */
  const heard = (first: number, last: number): number => {
    const [a, b] = [Math.max(first, start), Math.min(last, end)];
    if (b <= a) return 0;
    const away = absences.reduce(
      (sum, span) => sum + Math.max(0, Math.min(b, span.to?.getTime() ?? end) - Math.max(a, span.from.getTime())),
      0,
    );
    return Math.max(0, b - a - away);
  };
  const whole = heard(start, end);
  const down = outages.reduce((sum, span) => sum + heard(span.from.getTime(), span.to?.getTime() ?? end), 0);
  return {
    uptimePercentage: whole === 0 ? 0 : Math.round(((whole - Math.min(down, whole)) / whole) * 10_000) / 100,
    downSeconds: Math.round(Math.min(down, whole) / 1000),
  };
}
