import { Injectable } from '@nestjs/common';
import { SiteService } from '../../fleet/index.js';
import type { RequestContext, SiteId } from '../../platform/context/index.js';
import { DomainError } from '../../platform/errors/index.js';
import type { ApiReply, ApiRow } from '../../routeros/api/index.js';
import { LiveRouters, RouterLoginRefused, RouterUnreachable, SiteNotConnected, TunnelUnavailable } from '../control-plane/index.js';
import { CommandNotReadOnly, RouterNotReachable } from './errors.js';
import { maskedRows } from './masked-rows.js';
import { readOnlyCommand } from './read-only-command.js';

/** Milliseconds; a traceroute through thirty silent hops takes fifteen seconds. */
const LIMIT_MS = 20_000;
/** A way to the router is missing; what happens on the way is told as it is. */
const NO_WAY = [TunnelUnavailable, SiteNotConnected, RouterUnreachable, RouterLoginRefused];

/** Reads and short diagnostics on routers, answered at once. */
@Injectable()
export class SynchronousService {
  constructor(
    private readonly live: LiveRouters,
    private readonly sites: SiteService,
  ) {}

  /**
   * Runs a command that only reads; secrets in its rows are masked.
   * @throws SiteNotFound, SiteBeingDeleted, CommandNotReadOnly before anything is sent; RouterNotReachable, RouterDidNotAnswer,
   * RouterBusy, RouterRefused, RouterCommandInvalid
   */
  async run(ctx: RequestContext, siteId: SiteId, path: string, words: readonly string[]): Promise<ApiRow[]> {
    await this.sites.getLiving(ctx, siteId);
    const command = readOnlyCommand(path, words);
    if ('refused' in command) throw new CommandNotReadOnly(command.refused);
    return rowsOf(path, await this.reply(ctx, siteId, command));
  }

  private async reply(ctx: RequestContext, siteId: SiteId, command: { path: string; words?: readonly string[] }): Promise<ApiReply> {
    try {
      return await this.live.run(ctx, siteId, command, { timeoutMs: LIMIT_MS });
    } catch (error) {
      if (error instanceof DomainError && NO_WAY.some((kind) => error instanceof kind))
        throw new RouterNotReachable(error.message, { cause: error });
      throw error;
    }
  }
}

/** What a command answered as a whole, a count or the address of a name, is a row with `ret`. */
const rowsOf = (path: string, { rows, ret }: ApiReply): ApiRow[] => [...maskedRows(path, rows), ...(ret === undefined ? [] : [{ ret }])];
