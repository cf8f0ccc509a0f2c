import { Body, Controller, Get, Header, HttpCode, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Settings } from '../../config/index.js';
import { Answers, ClientToken, Ctx, Public } from '../../platform/access/index.js';
import { RequestContext } from '../../platform/context/index.js';
import { RateLimited, ValidationFailed } from '../../platform/errors/index.js';
import { JwtTokens } from './access/jwt.strategy.js';
import { SigningKeys } from './access/signing-keys.js';
import { ChangePasswordDto, IssuedJwtDto, JwksDto, SignInDto, toIssuedJwt } from './dto/session.dto.js';
import { PasswordChangeRequired, SignInRefused } from './errors.js';
import { SignInService } from './sign-in.service.js';

@ApiTags('authentication-&-user-info')
@Controller()
export class TokensController {
  constructor(
    private readonly jwt: JwtTokens,
    private readonly keys: SigningKeys,
    private readonly settings: Settings,
    private readonly signIns: SignInService,
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
    return toIssuedJwt(await this.jwt.issue({ sub: userId, credential: credentialId, team: ctx.requireTeam() }, seconds), seconds);
  }

  @Get('.well-known/jwks.json')
  @Public()
  @ApiOperation({ operationId: 'getJwks', summary: 'Public keys that verify issued JWTs' })
  @ApiOkResponse({ type: JwksDto })
  jwks(): JwksDto {
    return this.keys.jwks();
  }

  @Post('auth/sign-in')
  @HttpCode(200)
  @Public()
  @Header('cache-control', 'no-store')
  @Answers(SignInRefused, PasswordChangeRequired, RateLimited, ValidationFailed)
  @ApiOperation({ operationId: 'signIn', summary: 'Sign in with e-mail address and password (beyond the contract)' })
  @ApiOkResponse({ type: IssuedJwtDto })
  async signIn(@Ctx() ctx: RequestContext, @Body() { email, password }: SignInDto): Promise<IssuedJwtDto> {
    const { token, expiresIn } = await this.signIns.signIn(ctx, email, password);
    return toIssuedJwt(token, expiresIn);
  }

  @Post('auth/password')
  @HttpCode(200)
  @Public()
  @Header('cache-control', 'no-store')
  @Answers(SignInRefused, RateLimited, ValidationFailed)
  @ApiOperation({ operationId: 'changePassword', summary: 'Replace a password and sign in (beyond the contract)' })
  @ApiOkResponse({ type: IssuedJwtDto })
  async changePassword(@Ctx() ctx: RequestContext, @Body() body: ChangePasswordDto): Promise<IssuedJwtDto> {
    const { token, expiresIn } = await this.signIns.changePassword(ctx, body.email, body.password, body.new_password);
    return toIssuedJwt(token, expiresIn);
  }
}
