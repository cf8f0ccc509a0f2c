import { Body, Controller, Delete, Get, Header, HttpCode, Post, Put, Query } from '@nestjs/common';
import { ApiBody, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Answers, Ctx, SignedIn } from '../../../platform/access/index.js';
import { RequestContext, type SessionId } from '../../../platform/context/index.js';
import { NotFound, RateLimited, ValidationFailed } from '../../../platform/errors/index.js';
import { IdParam, PageQuery, sliceOf } from '../../../platform/http/index.js';
import { PersonRequired, ReauthenticationRequired, SignInRefused } from '../errors.js';
import { SessionService } from '../sessions/session.service.js';
import { AccountService } from './account.service.js';
import { claimsOf } from './claims.js';
import {
  OidcClaimsDto,
  PasswordChangeDto,
  ProofDto,
  SessionDto,
  toSessionDto,
  TwoFactorCodeDto,
  TwoFactorQrCodeDto,
  TwoFactorSecretKeyDto,
} from './dto/account.dto.js';
import { personOf } from './person.js';
import { Reauthentication } from './reauthentication.js';
import { TwoFactorService } from './two-factor.service.js';

const CAP = 100;

/** A person's own account. Programs have none: an API credential is refused. */
@ApiTags('authentication-&-user-info')
@Controller()
export class AccountController {
  constructor(
    private readonly accounts: AccountService,
    private readonly twoFactor: TwoFactorService,
    private readonly sessions: SessionService,
    private readonly reauthentication: Reauthentication,
  ) {}

  @Get('userinfo')
  @SignedIn()
  @ApiTags('gen2-oauth-oidc')
  @ApiOperation({ operationId: 'oidcUserinfo', summary: 'Standard OIDC claims of the caller' })
  @ApiOkResponse({ type: OidcClaimsDto })
  async userinfo(@Ctx() ctx: RequestContext): Promise<OidcClaimsDto> {
    return claimsOf((await this.accounts.find(ctx, ctx.requireUser()))!);
  }

  @Post('oauth/2fa')
  @HttpCode(200)
  @SignedIn()
  @Answers(PersonRequired, ValidationFailed)
  @ApiOperation({ operationId: 'enableTwoFactor', summary: 'Start two-factor enrolment' })
  @ApiOkResponse({ description: 'Secret generated; enrolment is pending until confirmed' })
  async enable(@Ctx() ctx: RequestContext): Promise<void> {
    await this.twoFactor.begin(ctx, personOf(ctx).userId);
  }

  @Delete('oauth/2fa')
  @HttpCode(200)
  @SignedIn()
  @Answers(PersonRequired, ReauthenticationRequired, SignInRefused, RateLimited, ValidationFailed)
  @ApiOperation({
    operationId: 'disableTwoFactor',
    summary: 'Turn two-factor off',
    description: 'Asks for a sign-in of the last ten minutes, or for the password or a code in the body. Ends every other session.',
  })
  @ApiBody({ type: ProofDto, required: false })
  @ApiOkResponse({ description: 'Secret and recovery codes removed' })
  async disable(@Ctx() ctx: RequestContext, @Body() proof?: ProofDto): Promise<void> {
    const { userId, sessionId } = personOf(ctx);
    if (await this.twoFactor.isOn(ctx, userId)) await this.reauthentication.require(ctx, proof ?? {});
    await this.twoFactor.disable(ctx, userId, sessionId);
  }

  @Post('oauth/confirm-2fa')
  @HttpCode(200)
  @SignedIn()
  @Answers(PersonRequired, RateLimited, ValidationFailed)
  @ApiOperation({ operationId: 'confirmTwoFactor', summary: 'Finish two-factor enrolment with a code' })
  @ApiOkResponse({ description: 'Two-factor is on' })
  async confirm(@Ctx() ctx: RequestContext, @Body() { code }: TwoFactorCodeDto): Promise<void> {
    const { userId, sessionId } = personOf(ctx);
    await this.twoFactor.confirm(ctx, userId, code, sessionId);
  }

  @Get('oauth/2fa-qr-code')
  @SignedIn()
  @Header('cache-control', 'no-store')
  @Answers(PersonRequired, NotFound)
  @ApiOperation({ operationId: 'getTwoFactorQrCode', summary: 'QR code for the authenticator app' })
  @ApiOkResponse({ type: TwoFactorQrCodeDto })
  async qrCode(@Ctx() ctx: RequestContext): Promise<TwoFactorQrCodeDto> {
    const { userId } = personOf(ctx);
    const user = await this.accounts.find(ctx, userId);
    return { svg: await this.twoFactor.qrCode(ctx, userId, user!.email) };
  }

  @Get('oauth/2fa-secret-key')
  @SignedIn()
  @Header('cache-control', 'no-store')
  @Answers(PersonRequired, NotFound)
  @ApiOperation({ operationId: 'getTwoFactorSecretKey', summary: 'TOTP secret for manual entry' })
  @ApiOkResponse({ type: TwoFactorSecretKeyDto })
  async secretKey(@Ctx() ctx: RequestContext): Promise<TwoFactorSecretKeyDto> {
    return { secretKey: await this.twoFactor.secret(ctx, personOf(ctx).userId) };
  }

  @Get('oauth/2fa-recovery-codes')
  @SignedIn()
  @Header('cache-control', 'no-store')
  @Answers(PersonRequired)
  @ApiOperation({
    operationId: 'getTwoFactorRecoveryCodes',
    summary: 'Current two-factor recovery codes, at most 10',
    description:
      'The codes themselves while the enrolment is pending and once after it was confirmed. From then on only their hashes are kept, and each unused code is shown as its first two characters and an ellipsis.',
  })
  @ApiOkResponse({ schema: { type: 'array', items: { type: 'string' }, maxItems: 10 } })
  recoveryCodes(@Ctx() ctx: RequestContext): Promise<string[]> {
    return this.twoFactor.recoveryCodes(ctx, personOf(ctx).userId);
  }

  @Post('oauth/2fa-recovery-codes')
  @HttpCode(200)
  @SignedIn()
  @Header('cache-control', 'no-store')
  @Answers(PersonRequired, NotFound)
  @ApiOperation({ operationId: 'regenerateTwoFactorRecoveryCodes', summary: 'Replace the two-factor recovery codes (at most 10)' })
  @ApiOkResponse({ schema: { type: 'array', items: { type: 'string' }, maxItems: 10 } })
  regenerate(@Ctx() ctx: RequestContext): Promise<string[]> {
    return this.twoFactor.regenerate(ctx, personOf(ctx).userId);
  }

  @Put('oauth/password')
  @HttpCode(204)
  @SignedIn()
  @Answers(PersonRequired, SignInRefused, RateLimited, ValidationFailed)
  @ApiOperation({
    operationId: 'changePassword',
    summary: 'Change the own password; every other session ends (beyond the contract)',
  })
  @ApiNoContentResponse({ description: 'Changed' })
  async changePassword(@Ctx() ctx: RequestContext, @Body() body: PasswordChangeDto): Promise<void> {
    const { userId, sessionId } = personOf(ctx);
    await this.accounts.changePassword(ctx, userId, { current: body.current_password, next: body.password, keep: sessionId });
  }

  @Get('oauth/sessions')
  @SignedIn()
  @Answers(PersonRequired, ValidationFailed)
  @ApiOperation({ operationId: 'listSessions', summary: 'Where the caller is signed in, last used first (beyond the contract)' })
  @ApiOkResponse({ type: SessionDto, isArray: true })
  async listSessions(@Ctx() ctx: RequestContext, @Query() page: PageQuery): Promise<SessionDto[]> {
    const { userId, sessionId } = personOf(ctx);
    return (await this.sessions.list(ctx, userId, sliceOf(page, CAP))).map((s) => toSessionDto(s, sessionId));
  }

  @Delete('oauth/sessions')
  @HttpCode(204)
  @SignedIn()
  @Answers(PersonRequired)
  @ApiOperation({ operationId: 'endOtherSessions', summary: 'Sign out everywhere else (beyond the contract)' })
  @ApiNoContentResponse({ description: 'Every other session has ended' })
  async endOthers(@Ctx() ctx: RequestContext): Promise<void> {
    const { userId, sessionId } = personOf(ctx);
    await this.sessions.endAll(ctx, userId, sessionId);
  }

  @Delete('oauth/sessions/:session')
  @HttpCode(204)
  @SignedIn()
  @Answers(PersonRequired, NotFound)
  @ApiOperation({ operationId: 'endSession', summary: 'End one session; its tokens stop working (beyond the contract)' })
  @ApiNoContentResponse({ description: 'Ended' })
  async endSession(@Ctx() ctx: RequestContext, @IdParam('session') session: SessionId): Promise<void> {
    await this.sessions.end(ctx, personOf(ctx).userId, session);
  }
}
