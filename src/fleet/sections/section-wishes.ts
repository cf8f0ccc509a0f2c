import { Injectable } from '@nestjs/common';
import { RequestContext } from '../../platform/context/index.js';
import { keyed, type KeyedWish, NOTHING_WISHED, type Wish } from '../../routeros/sections/index.js';
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
  /** Keyed forms of wishes, as long as their section keeps the wish: many sites have the same one. */
  private readonly keyedForms = new WeakMap<Wish, { readonly salt: number; readonly form: KeyedWish }>();

  constructor(private readonly repository: SectionsRepository) {}

  /** @param row its state at the site; null before the section was ever marked there */
  async standing(ctx: RequestContext, definition: SectionDefinition, site: SectionSite, row: SiteSection | null): Promise<Standing> {
    const wish = (await definition.wish(ctx, site)) ?? NOTHING_WISHED;
    return { had: row && (await this.repository.load(ctx, row.appliedHash)), shall: this.keyedForm(wish, row?.salt ?? 1), wish };
  }

  private keyedForm(wish: Wish, salt: number): KeyedWish {
    const kept = this.keyedForms.get(wish);
    if (kept?.salt === salt) return kept.form;
    const form = keyed(wish, salt);
    this.keyedForms.set(wish, { salt, form });
    return form;
  }
}
