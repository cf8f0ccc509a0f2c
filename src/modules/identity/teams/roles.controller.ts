import { Body, Controller, Delete, Get, HttpCode, Post, Put } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Answers, Ctx, RequireScope, SignedIn } from '../../../platform/access/index.js';
import { RequestContext, type RoleId } from '../../../platform/context/index.js';
import { ValidationFailed } from '../../../platform/errors/index.js';
import { IdParam } from '../../../platform/http/index.js';
import { ScopeDto, TeamRoleDto, TeamRoleWriteDto, toTeamRole } from './dto/role.dto.js';
import { RoleAssigned, RoleNotFound, ScopeNotHeld, SystemRoleFixed } from './errors.js';
import { RolesService } from './roles.service.js';
import { SCOPE_LIST } from './scope-ids.js';

/** Roles of the active team. */
@ApiTags('roles-&-permissions')
@Controller()
export class RolesController {
  constructor(private readonly roles: RolesService) {}

  @Get('scopes')
  @SignedIn()
  @ApiOperation({ operationId: 'listScopes', summary: 'Every permission scope there is, by name; at most 500' })
  @ApiOkResponse({ type: ScopeDto, isArray: true })
  scopes(): readonly ScopeDto[] {
    return SCOPE_LIST;
  }

  @Get('team_roles')
  @RequireScope('role:view')
  @ApiOperation({ operationId: 'listTeamRoles', summary: 'Roles of the system and of the active team, at most 500' })
  @ApiOkResponse({ type: TeamRoleDto, isArray: true })
  async list(@Ctx() ctx: RequestContext): Promise<TeamRoleDto[]> {
    return (await this.roles.list(ctx)).map(toTeamRole);
  }

  @Post('team_roles')
  @HttpCode(200)
  @RequireScope('role:create')
  @Answers(ScopeNotHeld, ValidationFailed)
  @ApiOperation({ operationId: 'createTeamRole', summary: 'Create a role in the active team, of scopes that the caller holds' })
  @ApiOkResponse({ type: TeamRoleDto })
  async create(@Ctx() ctx: RequestContext, @Body() body: TeamRoleWriteDto): Promise<TeamRoleDto> {
    return toTeamRole(await this.roles.create(ctx, body));
  }

  @Get('team_roles/:role')
  @RequireScope('role:view')
  @Answers(RoleNotFound)
  @ApiOperation({ operationId: 'getTeamRole', summary: 'One role' })
  @ApiOkResponse({ type: TeamRoleDto })
  async get(@Ctx() ctx: RequestContext, @IdParam('role') id: RoleId): Promise<TeamRoleDto> {
    return toTeamRole(await this.roles.get(ctx, id));
  }

  @Put('team_roles/:role')
  @RequireScope('role:update')
  @Answers(RoleNotFound, SystemRoleFixed, ScopeNotHeld, ValidationFailed)
  @ApiOperation({
    operationId: 'updateTeamRole',
    summary: 'Change a role of the team; its holders may do so from their next request on',
  })
  @ApiOkResponse({ type: TeamRoleDto })
  async update(@Ctx() ctx: RequestContext, @IdParam('role') id: RoleId, @Body() body: TeamRoleWriteDto): Promise<TeamRoleDto> {
    return toTeamRole(await this.roles.change(ctx, id, body));
  }

  @Delete('team_roles/:role')
  @HttpCode(204)
  @RequireScope('role:delete')
  @Answers(RoleNotFound, SystemRoleFixed, RoleAssigned)
  @ApiOperation({ operationId: 'deleteTeamRole', summary: 'Delete a role of the team that nobody holds' })
  @ApiNoContentResponse({ description: 'Deleted' })
  remove(@Ctx() ctx: RequestContext, @IdParam('role') id: RoleId): Promise<void> {
    return this.roles.remove(ctx, id);
  }
}
