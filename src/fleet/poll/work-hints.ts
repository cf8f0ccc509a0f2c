import { Injectable } from '@nestjs/common';
import type { SiteId } from '../../platform/context/index.js';

/** Sites whose next poll needs more than an empty answer. `work` is a hint to ask; the database decides. Fed by each flush, by events and by notifications. */
@Injectable()
export class WorkHints {
  private readonly work = new Set<SiteId>();
  private readonly prompt = new Set<SiteId>();
  private readonly urgent = new Set<SiteId>();
  private readonly revoked = new Map<SiteId, number>();

  hasWork(site: SiteId): boolean {
    return this.work.has(site);
  }

  addWork(site: SiteId): void {
    this.work.add(site);
  }

  /** Somebody queued a script or deleted the site: that comes before changes that go to many. */
  addPromptWork(site: SiteId): void {
    this.work.add(site);
    this.prompt.add(site);
  }

  isPrompt(site: SiteId): boolean {
    return this.prompt.has(site);
  }

  /** Work that may not wait for another poll: the router undoes a change that nobody confirms in time. */
  addUrgentWork(site: SiteId): void {
    this.work.add(site);
    this.urgent.add(site);
  }

  isUrgent(site: SiteId): boolean {
    return this.urgent.has(site);
  }

  clearWork(site: SiteId): void {
    this.work.delete(site);
    this.prompt.delete(site);
    this.urgent.delete(site);
  }

  /** Device tokens of this site are void up to this generation. */
  revoke(site: SiteId, generation: number): void {
    this.revoked.set(site, Math.max(generation, this.revoked.get(site) ?? 0));
  }

  isRevoked(site: SiteId, generation: number): boolean {
    const upTo = this.revoked.get(site);
    return upTo !== undefined && generation <= upTo;
  }
}
