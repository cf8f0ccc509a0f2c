import { Injectable } from '@nestjs/common';
import { SectionService, SiteService } from '../../../fleet/index.js';
import { RequestContext, type SiteId } from '../../../platform/context/index.js';
import {
  type ApiCommand,
  type ApiReply,
  InvalidCommandError,
  RouterApiError,
  RouterBusyError,
  RouterLoginError,
  RouterTimeoutError,
  RouterTrapError,
  RouterUnreachableError,
} from '../../../routeros/api/index.js';
import { RouterCredentials } from '../credentials/router-credentials.js';
import { RouterBusy, RouterCommandInvalid, RouterDidNotAnswer, RouterLoginRefused, RouterRefused, RouterUnreachable } from '../errors.js';
import { POLICY_SECTION } from '../management/names.js';
import { TunnelService } from '../tunnel/tunnel.service.js';
import { RouterDial } from './router-dial.js';

const API_PORT = 8728;

export interface LiveOptions {
  /** Milliseconds for everything; 20,000 by default. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** Another user than the one that was last seen to work. */
  readonly as?: { readonly username: string; readonly password: string };
}

/** Commands on routers, now, through the management tunnel. */
@Injectable()
export class LiveRouters {
  constructor(
    private readonly tunnels: TunnelService,
    private readonly credentials: RouterCredentials,
    private readonly sections: SectionService,
    private readonly sites: SiteService,
    private readonly dial: RouterDial,
  ) {}

  /**
   * Runs one command on the router of a site.
   * @throws SiteNotFound, TunnelUnavailable, SiteNotConnected when there is no way to it; RouterUnreachable, RouterLoginRefused,
   * RouterDidNotAnswer, RouterBusy, RouterRefused (its own words), RouterCommandInvalid
   */
  async run(ctx: RequestContext, siteId: SiteId, command: ApiCommand, options: LiveOptions = {}): Promise<ApiReply> {
    const host = await this.tunnels.reach(ctx, siteId);
    const user = options.as ?? (await this.credentials.working(ctx, siteId));
    if (!user) throw new RouterLoginRefused('it has no user of ours yet; it gets one at its next poll');
    const target = { host, port: await this.apiPort(ctx, siteId), user: user.username, password: user.password };
    try {
      return await this.dial.api.run(target, command, { timeoutMs: options.timeoutMs ?? 20_000, signal: options.signal });
    } catch (error) {
      throw asDomainError(error);
    }
  }

  /** The port of the API on this router, as its policy last set it. */
  async apiPort(ctx: RequestContext, siteId: SiteId): Promise<number> {
    const held = await this.sections.held(ctx, siteId, POLICY_SECTION);
    const setting = held?.settings.find(({ menu, where, set }) => menu === '/ip/service' && where['name'] === 'api' && 'port' in set);
    return typeof setting?.set['port'] === 'number' ? setting.set['port'] : API_PORT;
  }

  /** For another service: the same without knowing the team. @throws SiteNotFound and those of `run` */
  async ofAnyTeam(ctx: RequestContext, siteId: SiteId): Promise<RequestContext> {
    return ctx.forTeam(await this.sites.teamOf(ctx, siteId));
  }
}

/** What happened on the way to a router, as an answer of ours. */
function asDomainError(error: unknown): unknown {
  if (!(error instanceof RouterApiError)) return error;
  if (error instanceof InvalidCommandError) return new RouterCommandInvalid(error.message);
  if (error instanceof RouterTrapError) return new RouterRefused(error.messages, error.category);
  if (error instanceof RouterBusyError) return new RouterBusy();
  if (error instanceof RouterLoginError) return new RouterLoginRefused(error.message);
  if (error instanceof RouterUnreachableError || (error instanceof RouterTimeoutError && error.phase !== 'reply'))
    return new RouterUnreachable(error.message);
  return new RouterDidNotAnswer(error.message, error.sent);
}
