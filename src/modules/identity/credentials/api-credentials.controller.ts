import { Body, Controller, Delete, Get, Header, HttpCode, Post, Put } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Answers, Ctx, RequireScope } from '../../../platform/access/index.js';
import { type CredentialId, RequestContext } from '../../../platform/context/index.js';
import { ValidationFailed } from '../../../platform/errors/index.js';
import { IdParam } from '../../../platform/http/index.js';
import { PersonRequired } from '../errors.js';
import { TeamNotFound } from '../teams/errors.js';
import { ApiCredentialsService } from './api-credentials.service.js';
import { ApiCredentialDto, ApiCredentialWithKeyDto, ApiCredentialWriteDto, toApiCredential } from './dto/api-credential.dto.js';
import { CredentialNotFound } from './errors.js';

@ApiTags('api-credentials')
@Controller('teams/:team/api-credentials')
export class ApiCredentialsController {
  constructor(private readonly credentials: ApiCredentialsService) {}

  @Post()
  @HttpCode(200)
  @RequireScope('api:create', { in: 'team' })
  @Header('cache-control', 'no-store')
  @Answers(TeamNotFound, PersonRequired, ValidationFailed)
  @ApiOperation({
    operationId: 'createApiCredential',
    summary: 'Create an API token for a team',
    description: 'For people only: a token never makes a token. It can do what its maker can, and no longer than they are in the team.',
  })
  @ApiOkResponse({ type: ApiCredentialWithKeyDto })
  async create(@Ctx() ctx: RequestContext, @Body() body: ApiCredentialWriteDto): Promise<ApiCredentialWithKeyDto> {
    const { credential, token } = await this.credentials.create(ctx, { name: body.name, expiresAt: body.expires_at });
    return { ...toApiCredential(credential), api_key: token };
  }

  @Get()
  @RequireScope('api:view', { in: 'team' })
  @Answers(TeamNotFound)
  @ApiOperation({ operationId: 'listApiCredentials', summary: 'API tokens of a team, newest first, at most 500' })
  @ApiOkResponse({ type: ApiCredentialDto, isArray: true })
  async list(@Ctx() ctx: RequestContext): Promise<ApiCredentialDto[]> {
    return (await this.credentials.list(ctx)).map(toApiCredential);
  }

  @Get(':apiToken')
  @RequireScope('api:view', { in: 'team' })
  @Answers(TeamNotFound, CredentialNotFound)
  @ApiOperation({ operationId: 'getApiCredential', summary: 'One API token without its secret' })
  @ApiOkResponse({ type: ApiCredentialDto })
  async get(@Ctx() ctx: RequestContext, @IdParam('apiToken') id: CredentialId): Promise<ApiCredentialDto> {
    return toApiCredential(await this.credentials.get(ctx, id));
  }

  @Put(':apiToken')
  @RequireScope('api:update', { in: 'team' })
  @Answers(TeamNotFound, CredentialNotFound, PersonRequired, ValidationFailed)
  @ApiOperation({
    operationId: 'updateApiCredential',
    summary: 'Rename an API token or change its expiry',
    description: 'An API token cannot lengthen the life of one, itself included.',
  })
  @ApiOkResponse({ type: ApiCredentialDto })
  async update(
    @Ctx() ctx: RequestContext,
    @IdParam('apiToken') id: CredentialId,
    @Body() body: ApiCredentialWriteDto,
  ): Promise<ApiCredentialDto> {
    return toApiCredential(await this.credentials.change(ctx, id, { name: body.name, expiresAt: body.expires_at }));
  }

  @Delete(':apiToken')
  @HttpCode(204)
  @RequireScope('api:delete', { in: 'team' })
  @Answers(TeamNotFound, CredentialNotFound)
  @ApiOperation({ operationId: 'deleteApiCredential', summary: 'Revoke an API token; the JWTs that it was traded for end with it' })
  @ApiNoContentResponse({ description: 'Revoked' })
  remove(@Ctx() ctx: RequestContext, @IdParam('apiToken') id: CredentialId): Promise<void> {
    return this.credentials.revoke(ctx, id);
  }
}
