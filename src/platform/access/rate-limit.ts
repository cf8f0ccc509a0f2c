import { applyDecorators, type CanActivate, type ExecutionContext, Injectable, SetMetadata, UseGuards } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ApiExtension } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Settings } from '../../config/index.js';
import type { RequestContext } from '../context/index.js';
import { RateLimited } from '../errors/index.js';
import type { ContextRequest } from './access.js';
import { Answers } from './answers.js';
import { RequestRates } from './request-rates.js';

const RATE_LIMIT = 'rosfleet:rate-limit';

/** Settings that hold a number of requests. */
type RateSetting = { [K in keyof Settings]: Settings[K] extends number ? (K extends `${string}_RATE` ? K : never) : never }[keyof Settings];

interface RateLimit {
  readonly name: string;
  readonly setting: RateSetting;
  readonly windowSeconds: number;
}

/** Headers of every answer of a limited operation, for the OpenAPI document. */
export const RATE_HEADERS = {
  RateLimit: { description: 'What is left: `"name";r=<requests>;t=<seconds to the reset>`.', schema: { type: 'string' as const } },
  'RateLimit-Policy': { description: 'The limit: `"name";q=<requests>;w=<seconds>`.', schema: { type: 'string' as const } },
  'RateLimit-Limit': { description: 'Requests of a window.', schema: { type: 'integer' as const } },
  'RateLimit-Remaining': { description: 'Requests that are left in this window.', schema: { type: 'integer' as const } },
  'RateLimit-Reset': { description: 'Seconds until the next window.', schema: { type: 'integer' as const } },
};

/**
 * The operation counts towards a limit, for each API credential, and for each person over all of their sessions. All operations
 * of one name share the count. Every answer tells where the caller stands, in the fields of draft-ietf-httpapi-ratelimit-headers-10
 * (`RateLimit`, `RateLimit-Policy`) and in those of its early versions, which are what most clients read. Below an access
 * decorator: what that one refuses is not counted.
 */
export const RateLimitedBy = (setting: RateSetting, name: string, windowSeconds = 60): MethodDecorator =>
  applyDecorators(
    SetMetadata(RATE_LIMIT, { name, setting, windowSeconds } satisfies RateLimit),
    UseGuards(RateLimitGuard),
    Answers(RateLimited),
    ApiExtension('x-rate-limit', { name, windowSeconds, setting }),
  );

@Injectable()
export class RateLimitGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly rates: RequestRates,
    private readonly settings: Settings,
  ) {}

  async canActivate(host: ExecutionContext): Promise<true> {
    const { name, setting, windowSeconds } = this.reflector.get<RateLimit>(RATE_LIMIT, host.getHandler());
    const http = host.switchToHttp();
    const limit = this.settings[setting];
    const { hits, secondsLeft } = await this.rates.count(`${name}:${callerOf(http.getRequest<ContextRequest>().ctx)}`, windowSeconds);
    const remaining = Math.max(0, limit - hits);
    void http.getResponse<FastifyReply>().headers({
      'ratelimit-policy': `"${name}";q=${limit};w=${windowSeconds}`,
      ratelimit: `"${name}";r=${remaining};t=${secondsLeft}`,
      'ratelimit-limit': limit,
      'ratelimit-remaining': remaining,
      'ratelimit-reset': secondsLeft,
    });
    if (hits > limit)
      throw new RateLimited(
        secondsLeft,
        `This credential may make ${limit} requests in ${windowSeconds} s to these operations; the next one is taken in ${secondsLeft} s.`,
      );
    return true;
  }
}

function callerOf({ actor }: RequestContext): string {
  if (actor.kind === 'api-token') return `credential:${actor.credentialId}`;
  if (actor.kind === 'user') return `user:${actor.userId}`;
  throw new Error(`Requests are counted for people and API credentials, and this context is ${actor.kind}.`);
}
