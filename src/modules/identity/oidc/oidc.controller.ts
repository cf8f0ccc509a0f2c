import { Controller, Get, Options, Post, Req, Res } from '@nestjs/common';
import { ApiBody, ApiExcludeEndpoint, ApiFoundResponse, ApiOkResponse, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Public } from '../../../platform/access/index.js';
import { NotAudited } from '../../../platform/audit/index.js';
import { Takes } from '../../../platform/http/index.js';
import { JwksDto } from '../access/dto/session.dto.js';
import { AUTHORIZE_QUERY, LOGOUT_QUERY, OAuthErrorDto, OpenIdConfigurationDto, TokenResponseDto, V2_LOGOUT_QUERY } from './dto/oidc.dto.js';
import { OidcProvider } from './oidc-provider.js';

const FORM = 'application/x-www-form-urlencoded';
const FORM_LIMIT = 32_768;

/** The paths of the OpenID provider. It reads the request and writes the answer itself, in the shapes of its standards. */
@ApiTags('gen2-oauth-oidc')
@Controller()
export class OidcController {
  constructor(private readonly oidc: OidcProvider) {}

  @Get('.well-known/openid-configuration')
  @Public()
  @ApiOperation({ operationId: 'getOpenidConfiguration', summary: 'OpenID Connect discovery document' })
  @ApiOkResponse({ type: OpenIdConfigurationDto })
  discovery(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.pass(request, reply);
  }

  @Get('.well-known/jwks.json')
  @Public()
  @ApiOperation({ operationId: 'getJwks', summary: 'Public keys that verify issued JWTs' })
  @ApiOkResponse({ type: JwksDto })
  jwks(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.pass(request, reply);
  }

  @Get('authorize')
  @Public()
  @ApiOperation({
    operationId: 'oidcAuthorize',
    summary: 'Start a browser login (code flow with PKCE)',
    description: 'Only the authorization code flow with PKCE (S256) is served; other response types are refused as OAuth 2.1 does.',
  })
  @AUTHORIZE_QUERY
  @ApiFoundResponse({ description: 'To the sign-in page (302 or 303), and after success to redirect_uri with code and state' })
  authorize(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.pass(request, reply);
  }

  @Get('authorize/:uid')
  @Public()
  @ApiExcludeEndpoint()
  resume(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.pass(request, reply);
  }

  @Post('oauth/token')
  @Public()
  @NotAudited('the protocol of tokens; sign-ins are noted as events')
  @Takes(FORM, FORM_LIMIT, { unread: true })
  @ApiOperation({ operationId: 'oidcToken', summary: 'Exchange a code or refresh token for tokens' })
  @ApiBody({ required: true, schema: TokenResponseDto.requestSchema })
  @ApiOkResponse({ type: TokenResponseDto })
  @ApiResponse({ status: 400, type: OAuthErrorDto, description: 'OAuth error (RFC 6749)' })
  @ApiResponse({ status: 401, type: OAuthErrorDto, description: 'Client not authenticated' })
  token(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.pass(request, reply);
  }

  @Post('oauth/revoke')
  @Public()
  @NotAudited('the protocol of tokens; sign-ins are noted as events')
  @Takes(FORM, FORM_LIMIT, { unread: true })
  @ApiOperation({ operationId: 'oidcRevoke', summary: 'Revoke a refresh token and its session (RFC 7009, beyond the contract)' })
  @ApiBody({
    required: true,
    schema: { type: 'object', required: ['token'], properties: { token: { type: 'string' }, client_id: { type: 'string' } } },
  })
  @ApiOkResponse({ description: 'Revoked, or not a token of this client' })
  @ApiResponse({ status: 400, type: OAuthErrorDto, description: 'OAuth error (RFC 6749)' })
  revoke(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.pass(request, reply);
  }

  @Options(['oauth/token', 'oauth/revoke', '.well-known/jwks.json', '.well-known/openid-configuration'])
  @Public()
  @ApiExcludeEndpoint()
  preflight(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.pass(request, reply);
  }

  @Get('oidc/logout')
  @Public()
  @ApiOperation({ operationId: 'logoutOidc', summary: 'End the session (OIDC RP-initiated logout)' })
  @LOGOUT_QUERY
  @ApiFoundResponse({ description: 'After confirmation to post_logout_redirect_uri, else a page that says so' })
  logout(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.pass(request, reply);
  }

  @Post('oidc/logout/confirm')
  @Public()
  @NotAudited('the protocol of tokens; sign-ins are noted as events')
  @Takes(FORM, FORM_LIMIT, { unread: true })
  @ApiExcludeEndpoint()
  confirmLogout(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.pass(request, reply);
  }

  @Get('oidc/logout/success')
  @Public()
  @ApiExcludeEndpoint()
  loggedOut(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.pass(request, reply);
  }

  @Get('v2/logout')
  @Public()
  @ApiOperation({ operationId: 'logoutLegacy', summary: 'End the session and redirect (older form)' })
  @V2_LOGOUT_QUERY
  @ApiFoundResponse({ description: 'To the standard form of the same wish' })
  legacyLogout(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    const { client_id: clientId, returnTo } = request.query as { client_id?: unknown; returnTo?: unknown };
    const query = new URLSearchParams();
    if (typeof clientId === 'string') query.set('client_id', clientId);
    if (typeof returnTo === 'string') query.set('post_logout_redirect_uri', returnTo);
    void reply.status(302).header('location', `/oidc/logout?${query.toString()}`).send();
  }

  private async pass(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    reply.hijack();
    await this.oidc.current.callback()(request.raw, reply.raw);
  }
}
