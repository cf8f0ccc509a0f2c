import { Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { Clock } from '../../platform/clock/clock.js';
import { type BootstrapTokenId, newId, type RequestContext, type RunbookId, type SiteId } from '../../platform/context/index.js';
import { uuidToBase62 } from '../../platform/crypto/index.js';
import { Database } from '../../platform/database/index.js';
import { NotFound, ValidationFailed } from '../../platform/errors/index.js';
import type { Slice } from '../../platform/http/index.js';
import { bootstrapCommand } from '../../routeros/render/index.js';
import { RunbookNotFound } from '../errors.js';
import { RouterLinks } from '../router-links.js';
import { SiteService } from '../sites/site.service.js';
import type { BootstrapToken } from './bootstrap-token.entity.js';
import type { Runbook } from './runbook.entity.js';
import { BootstrapTokensRepository, RunbooksRepository } from './runbooks.repository.js';

const TOKENS_SHOWN = 500;

export interface TokenWish {
  readonly reusable: boolean;
  readonly expiresAt?: Date | null;
}

export interface RunbookWithToken {
  readonly runbook: Runbook;
  /** The token that works now; undefined when all were revoked. */
  readonly token: BootstrapToken | undefined;
}

/** Ways into a team's fleet: runbooks adopt any router, a waiting site adopts its own. */
@Injectable()
export class RunbookService {
  constructor(
    private readonly runbooks: RunbooksRepository,
    private readonly tokens: BootstrapTokensRepository,
    private readonly sites: SiteService,
    private readonly links: RouterLinks,
    private readonly db: Database,
    private readonly clock: Clock,
  ) {}

  /** A runbook with a first token. */
  create(ctx: RequestContext, wish: { name: string } & TokenWish): Promise<RunbookWithToken> {
    return this.db.transaction(ctx, async (ctx) => {
      const runbook = await this.runbooks.insert(ctx, { id: newId<RunbookId>(), name: wish.name, createdAt: this.clock.now() });
      return { runbook, token: await this.addToken(ctx, { runbookId: runbook.id }, wish) };
    });
  }

  async list(ctx: RequestContext, slice: Slice): Promise<RunbookWithToken[]> {
    const runbooks = await this.runbooks.list(ctx, slice);
    const tokens = await this.tokens.currentOf(
      ctx,
      runbooks.map((r) => r.id),
    );
    return runbooks.map((runbook) => ({ runbook, token: tokens.get(runbook.id) }));
  }

  /** @throws RunbookNotFound */
  async get(ctx: RequestContext, id: RunbookId): Promise<RunbookWithToken> {
    const runbook = await this.runbooks.findById(ctx, id);
    if (!runbook) throw new RunbookNotFound();
    return { runbook, token: (await this.tokens.currentOf(ctx, [id])).get(id) };
  }

  /** Deletes the runbook and its tokens; sites that it adopted stay. @throws RunbookNotFound */
  async remove(ctx: RequestContext, id: RunbookId): Promise<void> {
    const gone = await this.db.transaction(ctx, (ctx) => this.runbooks.remove(ctx, id));
    if (!gone) throw new RunbookNotFound();
  }

  /** Deletes every runbook of the team and every bootstrap command with them, before the team itself goes. */
  removeAll(ctx: RequestContext): Promise<void> {
    return this.runbooks.removeAll(ctx);
  }

  /** A new token for a runbook in place of those before, which are revoked. @throws RunbookNotFound */
  replaceToken(ctx: RequestContext, id: RunbookId, wish: TokenWish): Promise<RunbookWithToken> {
    return this.db.transaction(ctx, async (ctx) => {
      const { runbook } = await this.get(ctx, id);
      await this.tokens.revokeAll(ctx, { runbookId: id }, this.clock.now());
      return { runbook, token: await this.addToken(ctx, { runbookId: id }, wish) };
    });
  }

  /** A token by which one router comes to serve this very site; earlier ones of the site are revoked. @throws SiteNotFound, SiteBeingDeleted */
  tokenForSite(ctx: RequestContext, siteId: SiteId, wish: TokenWish): Promise<BootstrapToken> {
    return this.db.transaction(ctx, async (ctx) => {
      await this.sites.getLiving(ctx, siteId);
      await this.tokens.revokeAll(ctx, { siteId }, this.clock.now());
      return this.addToken(ctx, { siteId }, wish);
    });
  }

  /** Tokens of a runbook, newest first, ended ones too. @throws RunbookNotFound */
  async tokensOf(ctx: RequestContext, runbookId: RunbookId): Promise<BootstrapToken[]> {
    await this.get(ctx, runbookId);
    return this.tokens.list(ctx, { runbookId }, TOKENS_SHOWN);
  }

  /** Ends a token at once. Repeating it changes nothing. @throws NotFound */
  async revoke(ctx: RequestContext, id: BootstrapTokenId): Promise<void> {
    await this.db.transaction(ctx, async (ctx) => {
      const token = await this.tokens.findById(ctx, id);
      if (!token) throw new NotFound('There is no such bootstrap token in your team.');
      if (!token.revokedAt) await this.tokens.change(ctx, id, { revokedAt: this.clock.now() });
    });
  }

  /** The line that a person pastes into the router's terminal. */
  command(token: BootstrapToken): string {
    return bootstrapCommand({ link: this.links.link, token: uuidToBase62(token.id) });
  }

  private addToken(ctx: RequestContext, owner: { runbookId?: RunbookId; siteId?: SiteId }, wish: TokenWish): Promise<BootstrapToken> {
    if (wish.expiresAt && wish.expiresAt <= this.clock.now())
      throw new ValidationFailed({ expires_at: ['expires_at must lie in the future'] });
    return this.tokens.insert(ctx, {
      ...{ id: randomUUID(), runbookId: owner.runbookId ?? null, siteId: owner.siteId ?? null },
      ...{ reusable: wish.reusable, expiresAt: wish.expiresAt ?? null, revokedAt: null, spentAt: null, createdAt: this.clock.now() },
    });
  }
}
