import { Body, Controller, Delete, Get, HttpCode, Post, Put, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Answers, Ctx, RequireScope } from '../../platform/access/index.js';
import { type SecurityGroupId, RequestContext } from '../../platform/context/index.js';
import { ValidationFailed } from '../../platform/errors/index.js';
import { PageQuery, sliceOf } from '../../platform/http/index.js';
import { PrefixedIdParam } from './dto/fields.js';
import {
  SecurityGroupDto,
  SecurityGroupRequestDto,
  SecurityGroupWithWarningsDto,
  toGroupDto,
  toGroupRequest,
  toGroupSummaryDto,
} from './dto/security-group.dto.js';
import { RolloutUnderWay, SecurityGroupNotFound } from './errors.js';
import { SecurityGroupService } from './security-group.service.js';

const CAP = 500;
/** The current path and the one before the gateway had prefixes. */
const at = (path = ''): string[] => [`vpc/security-groups${path}`, `security-groups${path}`];
const Id = (): ParameterDecorator => PrefixedIdParam('securityGroupId', /^sec_grp_[0-9A-Za-z]{27}$/, SecurityGroupNotFound);

@ApiTags('security groups')
@Controller()
export class SecurityGroupsController {
  constructor(private readonly groups: SecurityGroupService) {}

  @Get(at())
  @RequireScope('securitygroup:view')
  @Answers(ValidationFailed)
  @ApiOperation({ operationId: 'listSecurityGroups', summary: 'Security groups of the team by age, without their rules and sites' })
  @ApiOkResponse({ type: SecurityGroupDto, isArray: true })
  async list(@Ctx() ctx: RequestContext, @Query() page: PageQuery): Promise<SecurityGroupDto[]> {
    return (await this.groups.list(ctx, sliceOf(page, CAP))).map(toGroupSummaryDto);
  }

  @Post(at())
  @RequireScope('securitygroup:create')
  @Answers(ValidationFailed)
  @ApiOperation({ operationId: 'createSecurityGroup', summary: 'Create a security group with its rules and sites' })
  @ApiCreatedResponse({ type: SecurityGroupWithWarningsDto })
  async create(@Ctx() ctx: RequestContext, @Body() body: SecurityGroupRequestDto): Promise<SecurityGroupWithWarningsDto> {
    return toGroupDto(await this.groups.create(ctx, toGroupRequest(body)));
  }

  @Get(at('/:securityGroupId'))
  @RequireScope('securitygroup:view')
  @Answers(SecurityGroupNotFound)
  @ApiOperation({ operationId: 'getSecurityGroup', summary: 'A security group with all its rules and sites' })
  @ApiOkResponse({ type: SecurityGroupWithWarningsDto })
  async get(@Ctx() ctx: RequestContext, @Id() id: SecurityGroupId): Promise<SecurityGroupWithWarningsDto> {
    return toGroupDto(await this.groups.get(ctx, id));
  }

  @Put(at('/:securityGroupId'))
  @RequireScope('securitygroup:update')
  @Answers(SecurityGroupNotFound, ValidationFailed, RolloutUnderWay)
  @ApiOperation({
    operationId: 'updateSecurityGroup',
    summary: 'Replace a security group, its rules and its sites',
    description: 'Rules and sites that are left out are removed. Refused while an earlier change is on its way to routers that are online.',
  })
  @ApiOkResponse({ type: SecurityGroupWithWarningsDto })
  async update(
    @Ctx() ctx: RequestContext,
    @Id() id: SecurityGroupId,
    @Body() body: SecurityGroupRequestDto,
  ): Promise<SecurityGroupWithWarningsDto> {
    return toGroupDto(await this.groups.update(ctx, id, toGroupRequest(body)));
  }

  @Delete(at('/:securityGroupId'))
  @HttpCode(204)
  @RequireScope('securitygroup:delete')
  @Answers(SecurityGroupNotFound, RolloutUnderWay)
  @ApiOperation({ operationId: 'deleteSecurityGroup', summary: 'Delete a security group; its rules leave the routers' })
  @ApiNoContentResponse({ description: 'Deleted' })
  remove(@Ctx() ctx: RequestContext, @Id() id: SecurityGroupId): Promise<void> {
    return this.groups.remove(ctx, id);
  }
}
