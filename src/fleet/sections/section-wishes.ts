import { Injectable } from '@nestjs/common';
import { RequestContext } from '../../platform/context/index.js';
import { keyed, type KeyedWish, NOTHING_WISHED, type Wish } from '../../routeros/sections/index.js';
import { FormsOfWishes } from './forms-of-wishes.js';
import type { SectionDefinition, SectionSite } from './section-definition.js';
import { SectionsRepository } from './sections.repository.js';
import type { SiteSection } from './site-section.entity.js';

/** What a section has at a router, and what it wants there. */
export interface Standing {
  /** Null when nothing is known. */
  readonly had: KeyedWish | null;
  readonly shall: KeyedWish;
  readonly wish: Wish;
}

/** Asks sections for their wishes. */
@Injectable()
export class SectionWishes {
  private readonly keyedForms = new FormsOfWishes<KeyedWish>();

  constructor(private readonly repository: SectionsRepository) {}

  /** @param row its state at the site; null before the section was ever marked there */
  async standing(ctx: RequestContext, definition: SectionDefinition, site: SectionSite, row: SiteSection | null): Promise<Standing> {
    const wish = (await definition.wish(ctx, site)) ?? NOTHING_WISHED;
    const salt = row?.salt ?? 1;
    return {
      had: row && (await this.repository.load(ctx, row.appliedHash)),
      shall: this.keyedForms.get(wish, salt, () => keyed(wish, salt)),
      wish,
    };
  }
}
