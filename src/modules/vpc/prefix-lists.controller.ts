import { Body, Controller, Delete, Get, HttpCode, Post, Put, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Answers, Ctx, RequireScope } from '../../platform/access/index.js';
import { type PrefixListId, RequestContext } from '../../platform/context/index.js';
import { ValidationFailed } from '../../platform/errors/index.js';
import { PageQuery, sliceOf } from '../../platform/http/index.js';
import { PrefixedIdParam } from './dto/fields.js';
import { PrefixListDto, PrefixListRequestDto, toListDto, toListRequest, toListSummaryDto } from './dto/prefix-list.dto.js';
import { PrefixListInUse, PrefixListNotFound, RolloutUnderWay } from './errors.js';
import { PrefixListService } from './prefix-list.service.js';

const CAP = 500;
/** The current path and the one before the gateway had prefixes. */
const at = (path = ''): string[] => [`vpc/prefix-lists${path}`, `prefix-lists${path}`];
const Id = (): ParameterDecorator => PrefixedIdParam('prefixListId', /^prfx_lst_[0-9A-Za-z]{27}$/, PrefixListNotFound);

@ApiTags('prefix lists')
@Controller()
export class PrefixListsController {
  constructor(private readonly lists: PrefixListService) {}

  @Get(at())
  @RequireScope('prefixlist:view')
  @Answers(ValidationFailed)
  @ApiOperation({ operationId: 'listPrefixLists', summary: 'Prefix lists of the team by age, without their prefixes and sites' })
  @ApiOkResponse({ type: PrefixListDto, isArray: true })
  async list(@Ctx() ctx: RequestContext, @Query() page: PageQuery): Promise<PrefixListDto[]> {
    return (await this.lists.list(ctx, sliceOf(page, CAP))).map(toListSummaryDto);
  }

  @Post(at())
  @RequireScope('prefixlist:create')
  @Answers(ValidationFailed)
  @ApiOperation({ operationId: 'createPrefixList', summary: 'Create a prefix list, and give it to sites by itself' })
  @ApiCreatedResponse({ type: PrefixListDto })
  async create(@Ctx() ctx: RequestContext, @Body() body: PrefixListRequestDto): Promise<PrefixListDto> {
    return toListDto(await this.lists.create(ctx, toListRequest(body)));
  }

  @Get(at('/:prefixListId'))
  @RequireScope('prefixlist:view')
  @Answers(PrefixListNotFound)
  @ApiOperation({ operationId: 'getPrefixList', summary: 'A prefix list with all its prefixes' })
  @ApiOkResponse({ type: PrefixListDto })
  async get(@Ctx() ctx: RequestContext, @Id() id: PrefixListId): Promise<PrefixListDto> {
    return toListDto(await this.lists.get(ctx, id));
  }

  @Put(at('/:prefixListId'))
  @RequireScope('prefixlist:update')
  @Answers(PrefixListNotFound, ValidationFailed, RolloutUnderWay)
  @ApiOperation({
    operationId: 'updatePrefixList',
    summary: 'Replace a prefix list and its sites',
    description: 'Every rule that names the list follows. Refused while an earlier change is on its way to routers that are online.',
  })
  @ApiOkResponse({ type: PrefixListDto })
  async update(@Ctx() ctx: RequestContext, @Id() id: PrefixListId, @Body() body: PrefixListRequestDto): Promise<PrefixListDto> {
    return toListDto(await this.lists.update(ctx, id, toListRequest(body)));
  }

  @Delete(at('/:prefixListId'))
  @HttpCode(204)
  @RequireScope('prefixlist:delete')
  @Answers(PrefixListNotFound, PrefixListInUse, RolloutUnderWay)
  @ApiOperation({ operationId: 'deletePrefixList', summary: 'Delete a prefix list that no rule names; it leaves the routers' })
  @ApiNoContentResponse({ description: 'Deleted' })
  remove(@Ctx() ctx: RequestContext, @Id() id: PrefixListId): Promise<void> {
    return this.lists.remove(ctx, id);
  }
}
