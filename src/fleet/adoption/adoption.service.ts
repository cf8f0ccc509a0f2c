import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock.js';
import { type BootstrapTokenId, RequestContext, type SiteId } from '../../platform/context/index.js';
import { base62ToUuid, uuidToBase62 } from '../../platform/crypto/index.js';
import { Database, isUniqueViolation } from '../../platform/database/index.js';
import { EventBus } from '../../platform/events/index.js';
import { compareVersions, hardwareHash, type Heartbeat, looksLikeHeartbeat, parseHeartbeat } from '../../routeros/heartbeat/index.js';
import { renderAdoption, renderBootstrap } from '../../routeros/render/index.js';
import {
  BootstrapTokenEnded,
  BootstrapTokenUnknown,
  HardwareAlreadyAdopted,
  MalformedHeartbeat,
  SeatsUsedUp,
  UnsuitableRouter,
} from '../errors.js';
import { SiteAdopted } from '../events.js';
import { OrchestrationLog } from '../log/orchestration-log.js';
import { lastingFacts } from '../poll/facts.js';
import { PulseRepository } from '../poll/pulse.repository.js';
import { SeatLimits } from '../ports/seat-limits.js';
import { RouterLinks } from '../router-links.js';
import type { BootstrapToken } from '../runbooks/bootstrap-token.entity.js';
import { BootstrapTokensAcrossTeams, BootstrapTokensRepository, RunbooksRepository } from '../runbooks/runbooks.repository.js';
import type { Site } from '../sites/site.entity.js';
import { newSite } from '../sites/site.service.js';
import { SectionMarker } from '../sections/section-marker.js';
import { SitesAcrossTeams } from '../sites/sites-across-teams.js';
import { SitesRepository } from '../sites/sites.repository.js';
import { shortDate } from '../sites/words.js';
import { DeviceScripts } from './device-scripts.js';
import { Gate } from './gate.js';
import { quoteFor } from './quotes.js';

const OLDEST_ROUTEROS = '7.12';
const NAME_LIMIT = 255;

interface PrintOptions {
  /** Readable and commented, as the header `x-ros-debug` asks. */
  readonly readable: boolean;
}

/** A router joins the fleet: it fetches the bootstrap script, reports itself, and gets the script that makes it poll. */
@Injectable()
export class AdoptionService {
  private readonly system = RequestContext.system('adoption');
  /** Fewer than the pool has connections: those that wait for the last seats must not starve everybody else. */
  private readonly gate = new Gate(4);

  constructor(
    private readonly tokens: BootstrapTokensAcrossTeams,
    private readonly teamTokens: BootstrapTokensRepository,
    private readonly runbooks: RunbooksRepository,
    private readonly sites: SitesRepository,
    private readonly across: SitesAcrossTeams,
    private readonly seats: SeatLimits,
    private readonly pulse: PulseRepository,
    private readonly scripts: DeviceScripts,
    private readonly links: RouterLinks,
    private readonly db: Database,
    private readonly events: EventBus,
    private readonly clock: Clock,
    private readonly sections: SectionMarker,
    private readonly log: OrchestrationLog,
  ) {}

  /**
   * The script behind a bootstrap command. A spent token still answers: the router that spent it may run the command
   * again. @throws BootstrapTokenUnknown, BootstrapTokenEnded
   */
  async bootstrap(base62: string, options: PrintOptions): Promise<string> {
    const token = await this.tokens.find(this.system, tokenId(base62));
    this.refuseEnded(token);
    return renderBootstrap({ link: this.links.link, token: uuidToBase62(token.id) }).toString(options);
  }

  /**
   * Adopts the router that reports itself, or finds the site that it serves already; then nothing changes, on either side.
   * @throws BootstrapTokenUnknown, BootstrapTokenEnded, MalformedHeartbeat, UnsuitableRouter, SeatsUsedUp, HardwareAlreadyAdopted
   */
  async adopt(base62: string, body: string, options: PrintOptions): Promise<string> {
    if (body === '' || !looksLikeHeartbeat(body)) throw new MalformedHeartbeat();
    const heartbeat = parseHeartbeat(body.replaceAll('\0', '')); // PostgreSQL stores no NUL
    const hardware = suitableHardware(heartbeat);
    const adopt = (): Promise<{ site: Site; runbookName: string }> =>
      this.gate.run(() => this.db.transaction(this.system, (ctx) => this.place(ctx, tokenId(base62), heartbeat, hardware)));
    const { site, runbookName } = await adopt().catch((error: unknown) => {
      if (!isUniqueViolation(error)) throw error;
      return adopt(); // the same router asked twice at once; now its site is there
    });
    return this.script(site, runbookName, heartbeat, options);
  }

  private async place(
    system: RequestContext,
    id: BootstrapTokenId,
    heartbeat: Heartbeat,
    hardware: string,
  ): Promise<{ site: Site; runbookName: string }> {
    const seen = await this.tokens.find(system, id);
    const token = seen && !seen.reusable ? await this.tokens.find(system, id, true) : seen;
    this.refuseEnded(token);
    const ctx = system.forTeam(token.teamId);
    const known = await this.sites.findByHardware(ctx, hardware);
    const runbookName = (token.runbookId && (await this.runbooks.findById(ctx, token.runbookId))?.name) ?? 'its own command';
    if (known && (!token.siteId || token.siteId === known.id)) return { site: await this.again(ctx, known, heartbeat), runbookName };
    if (known) throw new HardwareAlreadyAdopted(known.name);
    if (token.spentAt) throw new BootstrapTokenEnded('spent');
    const site = token.siteId
      ? await this.serve(ctx, system, token.siteId, heartbeat, hardware)
      : await this.join(ctx, system, token, heartbeat, hardware);
    if (!token.reusable) await this.teamTokens.change(ctx, token.id, { spentAt: this.clock.now() });
    await this.sections.adopted(ctx, site.id);
    await this.announce(ctx, site, heartbeat, false);
    return { site, runbookName };
  }

  /** The same hardware at the same site: its facts are noted, its token stays the same. */
  private async again(ctx: RequestContext, site: Site, heartbeat: Heartbeat): Promise<Site> {
    await this.pulse.writeFacts(ctx, [{ siteId: site.id, facts: lastingFacts(heartbeat) }], this.clock.now());
    await this.sections.seenAgain(ctx, site.id);
    await this.announce(ctx, site, heartbeat, true);
    return site;
  }

  private async announce(ctx: RequestContext, { id: siteId, teamId }: Site, { model, version }: Heartbeat, again: boolean): Promise<void> {
    const message = again ? 'The router of this site was adopted once more.' : 'A router was adopted and serves this site.';
    const context = { model: model ?? null, version: version ?? null, again };
    await this.log.write(ctx, [{ teamId, siteId, type: 'site.adopted', status: 'Completed', message, context }]);
    await this.events.publish(ctx, new SiteAdopted(teamId, siteId, again, this.clock.now()));
  }

  /** A router for a site that waits for one, or in place of the one before, whose token is void from now on. */
  private async serve(ctx: RequestContext, system: RequestContext, siteId: SiteId, heartbeat: Heartbeat, hardware: string): Promise<Site> {
    const site = await this.sites.findById(ctx, siteId);
    if (!site || site.deletionRequestedAt) throw new BootstrapTokenEnded('revoked');
    if (!site.hardwareHash) await this.takeSeat(ctx, system);
    const now = this.clock.now();
    const change = {
      ...columns(heartbeat),
      hardwareHash: hardware,
      deviceGeneration: site.deviceGeneration + 1,
      adoptedAt: now,
      updatedAt: now,
    };
    await this.sites.change(ctx, siteId, change);
    return { ...site, ...change };
  }

  /** A router as a new site of the token's team. */
  private async join(
    ctx: RequestContext,
    system: RequestContext,
    token: BootstrapToken,
    heartbeat: Heartbeat,
    hardware: string,
  ): Promise<Site> {
    await this.takeSeat(ctx, system);
    const now = this.clock.now();
    const suffix = ` - ${shortDate(now)}`;
    const name = `${(heartbeat.identity ?? 'Router').slice(0, NAME_LIMIT - suffix.length)}${suffix}`;
    const site: Site = {
      ...newSite(token.teamId, { name, runbookId: token.runbookId }, now),
      ...columns(heartbeat),
      hardwareHash: hardware,
      deviceGeneration: 1,
      adoptedAt: now,
    };
    await this.sites.create(ctx, site);
    return site;
  }

  private async takeSeat(ctx: RequestContext, system: RequestContext): Promise<void> {
    const limits = await this.seats.lock(system, ctx.requireTeam());
    if (!limits.length) return;
    const taken = await this.across.seatsTaken(system, [...new Set(limits.flatMap((l) => l.teamIds))]);
    for (const { teamIds, limit, of } of limits) {
      if (teamIds.reduce((sum, id) => sum + (taken.get(id) ?? 0), 0) >= limit) throw new SeatsUsedUp(limit, of);
    }
  }

  private script(site: Site, runbookName: string, heartbeat: Heartbeat, options: PrintOptions): string {
    return renderAdoption({
      ...this.scripts.pollInput(site),
      ...{ version: heartbeat.version ?? '', productName: 'rosfleet', siteName: site.name, runbookName },
      ...{ siteUrl: this.links.sitePage(site.id), quote: quoteFor(this.scripts.seed(site)) },
    }).toString(options);
  }

  private refuseEnded(token: BootstrapToken | null): asserts token is BootstrapToken {
    if (!token) throw new BootstrapTokenUnknown();
    if (token.revokedAt) throw new BootstrapTokenEnded('revoked');
    if (token.expiresAt && token.expiresAt <= this.clock.now()) throw new BootstrapTokenEnded('expired');
  }
}

function tokenId(base62: string): BootstrapTokenId {
  const id = base62ToUuid(base62);
  if (!id) throw new BootstrapTokenUnknown();
  return id as BootstrapTokenId;
}

/** @throws UnsuitableRouter */
function suitableHardware(heartbeat: Heartbeat): string {
  if (heartbeat.version && compareVersions(heartbeat.version, OLDEST_ROUTEROS) < 0) {
    throw new UnsuitableRouter(
      `This router runs RouterOS ${heartbeat.version}; ${OLDEST_ROUTEROS} or later is needed. Upgrade it and paste the command again.`,
    );
  }
  const hardware = hardwareHash(heartbeat);
  if (!hardware)
    throw new UnsuitableRouter('This router reports neither a serial number nor a software id, so it could not be told from others.');
  return hardware;
}

/** What a heartbeat says, as columns of a site; absent keys are left out, so that stored values stay. */
function columns(heartbeat: Heartbeat): Partial<Site> {
  const { facts, ...named } = lastingFacts(heartbeat);
  return { ...Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined)), facts };
}
