import { Controller, Delete, Get, HttpCode } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Answers, Ctx, SignedIn } from '../../../platform/access/index.js';
import { RequestContext } from '../../../platform/context/index.js';
import { NotFound } from '../../../platform/errors/index.js';
import { IdParam } from '../../../platform/http/index.js';
import { personOf } from '../accounts/person.js';
import { PersonRequired } from '../errors.js';
import { LinkedAccounts } from './linked-accounts.js';
import { ConfiguredProviders } from './configured-providers.js';
import { LinkedIdentityDto, toLinkedIdentityDto } from './dto/linked-identity.dto.js';
import { OnlyWayToSignIn } from './errors.js';

/** The identities at other providers that a person can sign in with. New ones are linked by signing in with them. */
@ApiTags('authentication-&-user-info')
@Controller('oauth/identities')
export class IdentitiesController {
  constructor(
    private readonly linked: LinkedAccounts,
    private readonly providers: ConfiguredProviders,
  ) {}

  @Get()
  @SignedIn()
  @Answers(PersonRequired)
  @ApiOperation({
    operationId: 'listLinkedIdentities',
    summary: 'Identities at other providers that are linked to the caller, at most 100 (beyond the contract)',
  })
  @ApiOkResponse({ type: LinkedIdentityDto, isArray: true })
  async list(@Ctx() ctx: RequestContext): Promise<LinkedIdentityDto[]> {
    const identities = await this.linked.list(ctx, personOf(ctx).userId);
    return identities.map((i) => toLinkedIdentityDto(i, this.providers.nameOf(i.issuer)));
  }

  @Delete(':identity')
  @HttpCode(204)
  @SignedIn()
  @Answers(PersonRequired, NotFound, OnlyWayToSignIn)
  @ApiOperation({
    operationId: 'unlinkIdentity',
    summary: 'Unlink an identity (beyond the contract)',
    description:
      'Refused when it is the only way to sign in. It is linked again when the person signs in with it once more and its verified e-mail address is that of the account.',
  })
  @ApiNoContentResponse({ description: 'Unlinked' })
  async unlink(@Ctx() ctx: RequestContext, @IdParam('identity') id: string): Promise<void> {
    await this.linked.unlink(ctx, personOf(ctx).userId, id);
  }
}
