import { VirtualRouter } from '../virtual-router/index.js';
import type { JobView, SiteView } from './api.js';
import { type DemoRouter, demoRouter, OWNERS_CONFIGURATION } from './models.js';

/** One virtual router of the demo and what is known of it. */
export interface Member {
  readonly demo: DemoRouter;
  readonly router: VirtualRouter;
  /** `/export` before adoption. */
  readonly before: string;
  site?: SiteView;
  jobs: JobView[];
  /** It is being deleted, or gone. */
  farewell?: 'leaving' | 'left';
}

const AT_ONCE = 8;

/** Routers with their owner's configuration, switched on. */
export async function powerUp(count: number): Promise<Member[]> {
  const members: Member[] = [];
  for (let n = 0; n < count; n++) {
    const demo = demoRouter(n);
    const router = new VirtualRouter(demo.options);
    router.start();
    await router.run(OWNERS_CONFIGURATION);
    members.push({ demo, router, before: router.export(), jobs: [] });
  }
  return members;
}

/** Pastes the bootstrap command into each router's terminal. */
export async function pasteEverywhere(
  members: readonly Member[],
  command: string,
  pasted: (member: Member, shown: string) => void,
): Promise<void> {
  const waiting = [...members];
  const work = async (): Promise<void> => {
    for (let member = waiting.shift(); member; member = waiting.shift()) pasted(member, await member.router.paste(command));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

/** Milliseconds until this router polls next: every half minute at the second of its scheduler entry. */
export function untilNextPoll({ router }: Member, now = Date.now()): number {
  const entry = router.item('/system/scheduler', 'rosfleet-poll');
  const second = Number(/:(\d\d)$/.exec(String(entry?.['start-time'] ?? ''))?.[1] ?? 0);
  return (((second * 1000 - now) % 30_000) + 30_000) % 30_000;
}

export const powerDown = (members: readonly Member[]): Promise<unknown> => Promise.all(members.map(({ router }) => router.stop()));
