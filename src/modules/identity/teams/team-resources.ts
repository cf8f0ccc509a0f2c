import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../../platform/context/index.js';

/** Something that belongs to teams and that identity knows nothing about. */
export interface TeamResource {
  /** In the plural, for the message that refuses a deletion: `sites`. */
  readonly name: string;
  /** How many of them keep the context's team from being deleted. */
  count(ctx: RequestContext): Promise<number>;
  /** Removes what goes with the team, in the context's transaction, once nothing keeps it. */
  erase?(ctx: RequestContext): Promise<void>;
}

/** What hangs on a team. Whoever owns such things registers them at start-up (`onModuleInit`). */
@Injectable()
export class TeamResources {
  private readonly kinds: TeamResource[] = [];

  register(resource: TeamResource): void {
    this.kinds.push(resource);
  }

  /** What keeps the context's team from being deleted, in words: «3 sites and 2 invoices»; undefined when nothing does. */
  async holding(ctx: RequestContext): Promise<string | undefined> {
    const found: string[] = [];
    for (const kind of this.kinds) {
      const number = await kind.count(ctx);
      if (number > 0) found.push(`${number} ${kind.name}`);
    }
    return found.length ? found.join(' and ') : undefined;
  }

  async erase(ctx: RequestContext): Promise<void> {
    for (const resource of this.kinds) await resource.erase?.(ctx);
  }
}
