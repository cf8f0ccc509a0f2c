import { Injectable } from '@nestjs/common';
import type { RequestContext, SiteId, TeamId } from '../../platform/context/index.js';
import { type Footprint, isSectionName, type KeyedWish, type Wish, type WishSetting } from '../../routeros/sections/index.js';

/** What a section knows of the router that it is made for. */
export interface SectionSite {
  readonly id: SiteId;
  readonly teamId: TeamId;
  /** RouterOS version as its last heartbeat said; empty when it said none. */
  readonly version: string;
}

/** A part of a router's configuration that this server owns. */
export interface SectionDefinition {
  /** Lower-case letters, digits and hyphens; stands in the comments of its items. Never changes. */
  readonly name: string;
  /** For people: `Control-plane policy`. */
  readonly title: string;
  /** Smaller is pushed first, and stands above at the top of an ordered menu. */
  readonly rank: number;
  /** Every menu in which it may have items. A menu that it leaves stays listed until no router has items there. */
  readonly menus: Footprint['menus'];
  /** Every setting of others that it may ever change; of the values only their type matters. The removal gives them back. */
  readonly settings: readonly WishSetting[];
  /**
   * Whether this change could cut the way to the router or lock somebody out; then the router undoes it unless we confirm.
   * `had` is null when nothing is known of what was in force.
   */
  cuts(had: KeyedWish | null, shall: KeyedWish): boolean;
  /**
   * The whole of what the section wants on this router now; null when it wants nothing. Called at a poll: some short queries
   * and no waiting. Equal wishes send nothing.
   */
  wish(ctx: RequestContext, site: SectionSite): Promise<Wish | null>;
}

/** All sections, by rank. Modules define theirs at start-up (`onModuleInit`). */
@Injectable()
export class Sections {
  private readonly byName = new Map<string, SectionDefinition>();

  define(definition: SectionDefinition): void {
    if (!isSectionName(definition.name)) throw new Error(`${definition.name} is no name for a section.`);
    if (this.byName.has(definition.name)) throw new Error(`Two sections are called ${definition.name}.`);
    this.byName.set(definition.name, definition);
  }

  get(name: string): SectionDefinition | undefined {
    return this.byName.get(name);
  }

  /** In the order in which they are pushed. */
  get all(): SectionDefinition[] {
    return [...this.byName.values()].sort((a, b) => a.rank - b.rank);
  }

  /** Names of the sections that stand above this one. */
  above(definition: SectionDefinition): string[] {
    return this.all.filter(({ rank }) => rank < definition.rank).map(({ name }) => name);
  }
}

export const footprintOf = ({ name, menus }: SectionDefinition): Footprint => ({ section: name, menus });
