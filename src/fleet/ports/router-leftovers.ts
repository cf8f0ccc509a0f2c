import { Injectable } from '@nestjs/common';
import type { Script } from '../../routeros/script/index.js';

/** Scripts that take off a router what modules put there beside sections. They run, each guarded, when a site is removed. */
@Injectable()
export class RouterLeftovers {
  private readonly scripts: Script[] = [];

  /** At start-up (`onModuleInit`). */
  register(removal: Script): void {
    this.scripts.push(removal);
  }

  get all(): readonly Script[] {
    return this.scripts;
  }
}
