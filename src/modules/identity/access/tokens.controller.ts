import { Controller, Get, Header } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Settings } from '../../../config/index.js';
import { ClientToken, Ctx } from '../../../platform/access/index.js';
import { type CredentialId, RequestContext } from '../../../platform/context/index.js';
import { JwtTokens } from './jwt.strategy.js';
import { IssuedJwtDto, toIssuedJwt } from './dto/session.dto.js';

@ApiTags('authentication-&-user-info')
@Controller()
export class TokensController {
  constructor(
    private readonly jwt: JwtTokens,
    private readonly settings: Settings,
  ) {}

  @Get('.well-known/jwt')
  @ClientToken()
  @Header('cache-control', 'no-store')
  @ApiOperation({ operationId: 'exchangeApiTokenForJwt', summary: 'Trade an API token for a short-lived JWT' })
  @ApiOkResponse({ type: IssuedJwtDto })
  async exchange(@Ctx() ctx: RequestContext): Promise<IssuedJwtDto> {
    if (ctx.actor.kind !== 'api-token') throw new Error('The client-token check lets API credentials in only.');
    const { userId, credentialId } = ctx.actor;
    const seconds = this.settings.JWT_TTL_SECONDS;
    return toIssuedJwt(
      await this.jwt.issue({ sub: userId, credential: credentialId as CredentialId, team: ctx.requireTeam() }, seconds),
      seconds,
    );
  }
}
