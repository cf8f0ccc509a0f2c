import { Body, Controller, Delete, Get, Header, HttpCode, Param, Post } from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiExtraModels,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  getSchemaPath,
} from '@nestjs/swagger';
import { Answers, Ctx, SignedIn } from '../../../platform/access/index.js';
import { RequestContext } from '../../../platform/context/index.js';
import { ValidationFailed } from '../../../platform/errors/index.js';
import { PersonRequired } from '../errors.js';
import { ApiKeysService } from './api-keys.service.js';
import { ApiKeyCreateDto, ApiKeyDto, ApiKeySecretEnvelopeDto, toApiKey, toSecretEnvelope } from './dto/api-key.dto.js';
import { ApiKeyNotFound, KeyPermissionNotHeld } from './errors.js';

const keyList = { type: 'array', items: { $ref: getSchemaPath(ApiKeyDto) } };

/** The second generation; each key is its maker's, and of whoever holds `api:*` in its team. */
@ApiTags('gen2-api-keys')
@Controller('api/keys')
export class ApiKeysController {
  constructor(private readonly keys: ApiKeysService) {}

  @Get()
  @SignedIn()
  @ApiOperation({
    operationId: 'listApiKeys',
    summary: 'API keys of the organization that the caller may see, newest first, at most 500',
    description: "The caller's own, and those of teams in which they hold api:view.",
  })
  @ApiExtraModels(ApiKeyDto)
  @ApiOkResponse({
    description: 'Here always the bare list; the contract also allows the envelope.',
    schema: { oneOf: [keyList, { type: 'object', properties: { status: { type: 'string' }, data: keyList } }] },
  })
  async list(@Ctx() ctx: RequestContext): Promise<ApiKeyDto[]> {
    return (await this.keys.list(ctx)).map(toApiKey);
  }

  @Post()
  @SignedIn()
  @Header('cache-control', 'no-store')
  @Answers(PersonRequired, KeyPermissionNotHeld, ValidationFailed)
  @ApiOperation({
    operationId: 'createApiKey',
    summary: 'Create an API key with chosen permissions',
    description: 'For people only: a token never makes a token. It acts in the active team.',
  })
  @ApiCreatedResponse({ type: ApiKeySecretEnvelopeDto })
  async create(@Ctx() ctx: RequestContext, @Body() body: ApiKeyCreateDto): Promise<ApiKeySecretEnvelopeDto> {
    return toSecretEnvelope(await this.keys.create(ctx, body), 'The key was made. Keep its secret now; it is not shown again.');
  }

  @Get(':id')
  @SignedIn()
  @Answers(ApiKeyNotFound)
  @ApiOperation({ operationId: 'getApiKey', summary: 'One API key without its secret' })
  @ApiOkResponse({ type: ApiKeyDto })
  async get(@Ctx() ctx: RequestContext, @Param('id') id: string): Promise<ApiKeyDto> {
    return toApiKey(await this.keys.get(ctx, id));
  }

  @Delete(':id')
  @HttpCode(204)
  @SignedIn()
  @Answers(ApiKeyNotFound)
  @ApiOperation({ operationId: 'deleteApiKey', summary: 'Delete an API key; it stops working at once' })
  @ApiNoContentResponse({ description: 'Deleted' })
  remove(@Ctx() ctx: RequestContext, @Param('id') id: string): Promise<void> {
    return this.keys.remove(ctx, id);
  }

  @Post(':id/rotate')
  @HttpCode(200)
  @SignedIn()
  @Header('cache-control', 'no-store')
  @Answers(ApiKeyNotFound, PersonRequired, KeyPermissionNotHeld)
  @ApiOperation({
    operationId: 'rotateApiKey',
    summary: 'Give an API key another secret; the one before stops working at once',
    description: 'For people only: a token never makes a token.',
  })
  @ApiOkResponse({ type: ApiKeySecretEnvelopeDto })
  async rotate(@Ctx() ctx: RequestContext, @Param('id') id: string): Promise<ApiKeySecretEnvelopeDto> {
    return toSecretEnvelope(await this.keys.rotate(ctx, id), 'The secret was replaced. Keep the new one now; it is not shown again.');
  }
}
