import { afterwards, asIs, type Configuration, firstChangeIn, type Planned, type Snapshot } from './snapshot.js';
import { management, type Obstacle, polling, services, type Ways } from './ways.js';

/** Something that a change would cut. */
export interface Lockout {
  /** `management`: our logins through the tunnel; `polling`: the router's own requests; `services`: people's logins. */
  readonly cut: 'management' | 'polling' | 'services';
  /** The item that would cut it: its name in the section, its comment, or the properties that find it. */
  readonly item: string;
  /** For people, a sentence. */
  readonly why: string;
}

/**
 * What a planned change would cut that is open now, by the configuration that a router was last known to have. What cannot be judged
 * from that (rules with matchers not known here) counts as harmful when the change brings it and as harmless when it was there.
 */
export function predictLockout(snapshot: Snapshot, planned: Planned, ways: Ways): Lockout[] {
  const before = asIs(snapshot);
  const after = afterwards(before, planned);
  const found = (cut: Lockout['cut'], judge: (at: Configuration) => Obstacle | null): Lockout[] => {
    const obstacle = judge(after);
    if (!obstacle || judge(before)) return []; // closed before: this change does not cut it
    return [{ cut, item: obstacle.by?.label ?? firstChangeIn(planned, obstacle.menus) ?? obstacle.menus[0] ?? '', why: obstacle.why }];
  };
  return [
    ...found('management', (at) => management(at, ways, before)),
    ...found('polling', (at) => polling(at, ways, before)),
    ...found('services', (at) => services(at, before)),
  ];
}
