/** A RouterOS version. `patch` is 0 where the release has none; `channel` is what stands in parentheses (stable, long-term, testing). */
export interface RouterOsVersion {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
  readonly channel: string | null;
  /** `rc2`, `beta4`; null for a release. */
  readonly preRelease: string | null;
}

// Every part has its own first character, so no text makes this one backtrack.
const VERSION = /^(\d{1,4})\.(\d{1,4})(?:\.(\d{1,4}))?((?:alpha|beta|rc)\d{1,4})?(?: ?\(([a-z-]{1,32})\))?/;

/** Reads "7.16.2 (stable)", "7.12rc1", "6.49.10 (long-term)"; null when the text does not start with a version. */
export function parseVersion(text: string): RouterOsVersion | null {
  const match = VERSION.exec(text);
  if (match === null) return null;
  const [, major, minor, patch, preRelease, channel] = match;
  return {
    major: Number(major),
    minor: Number(minor),
    patch: Number(patch ?? 0),
    preRelease: preRelease ?? null,
    channel: channel ?? null,
  };
}

/** Negative, zero or positive as `a` is older, equal or newer than `b`. A beta comes before an rc, both before the release; text that is no version comes before all. */
export function compareVersions(a: string, b: string): number {
  const [x, y] = [rank(a), rank(b)];
  for (let i = 0; i < x.length; i++) {
    const difference = (x[i] ?? 0) - (y[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

const STAGES = ['alpha', 'beta', 'rc'];

function rank(text: string): readonly number[] {
  const version = parseVersion(text);
  if (version === null) return [-1, 0, 0, 0, 0];
  const { major, minor, patch, preRelease } = version;
  const stage = preRelease === null ? STAGES.length : STAGES.findIndex((name) => preRelease.startsWith(name));
  return [major, minor, patch, stage, Number(preRelease?.replace(/^[a-z]+/, '') ?? 0)];
}
