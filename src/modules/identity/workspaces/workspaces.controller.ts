import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { Answers, Ctx, SignedIn } from '../../../platform/access/index.js';
import { RequestContext, type WorkspaceId } from '../../../platform/context/index.js';
import { ValidationFailed } from '../../../platform/errors/index.js';
import { PAGE_MAX, PageQuery, sliceOf } from '../../../platform/http/index.js';
import {
  toWorkspaceDto,
  toWorkspaceMemberDto,
  WorkspaceCreateDto,
  WorkspaceDto,
  WorkspaceListDto,
  WorkspaceMemberAddDto,
  WorkspaceMemberDto,
  WorkspaceMemberListDto,
  WorkspaceMemberRoleDto,
  WorkspaceUpdateDto,
} from './dto/workspace.dto.js';
import {
  AlreadyWorkspaceMember,
  CannotRemoveLastOwner,
  CredentialLimited,
  WorkspaceArchived,
  WorkspaceFull,
  WorkspaceMemberNotFound,
  WorkspaceNotEmpty,
  WorkspaceNotFound,
  WorkspaceRoleMissing,
} from './errors.js';
import { oneMore, pageOf } from './lists.js';
import { WorkspaceIdParam } from './public-ids.js';
import { WorkspaceMembersService } from './workspace-members.service.js';
import { WorkspacesService } from './workspaces.service.js';

const memberParam = ApiParam({ name: 'memberId', schema: { type: 'string' }, description: 'Id of the user.' });

@ApiTags('gen2-workspaces')
@Controller('workspaces')
export class WorkspacesController {
  constructor(private readonly workspaces: WorkspacesService) {}

  @Get()
  @SignedIn()
  @Answers(CredentialLimited, ValidationFailed)
  @ApiOperation({ operationId: 'listWorkspaces', summary: 'List workspaces the caller is a member of, oldest first, archived ones too' })
  @ApiOkResponse({ type: WorkspaceListDto })
  async list(@Ctx() ctx: RequestContext, @Query() page: PageQuery): Promise<WorkspaceListDto> {
    const slice = sliceOf(page, PAGE_MAX);
    return pageOf((await this.workspaces.list(ctx, oneMore(slice))).map(toWorkspaceDto), slice);
  }

  @Post()
  @SignedIn()
  @Answers(CredentialLimited, ValidationFailed)
  @ApiOperation({ operationId: 'createWorkspace', summary: 'Create a workspace; the creator becomes its owner' })
  @ApiCreatedResponse({ type: WorkspaceDto })
  async create(@Ctx() ctx: RequestContext, @Body() { billing_mode, ...wish }: WorkspaceCreateDto): Promise<WorkspaceDto> {
    return toWorkspaceDto(await this.workspaces.create(ctx, { ...wish, billingMode: billing_mode }));
  }

  @Get(':workspaceId')
  @SignedIn()
  @Answers(WorkspaceNotFound, CredentialLimited)
  @ApiOperation({ operationId: 'getWorkspace', summary: 'Read a workspace' })
  @ApiOkResponse({ type: WorkspaceDto })
  async get(@Ctx() ctx: RequestContext, @WorkspaceIdParam() id: WorkspaceId): Promise<WorkspaceDto> {
    return toWorkspaceDto(await this.workspaces.get(ctx, id));
  }

  @Patch(':workspaceId')
  @SignedIn()
  @Answers(WorkspaceNotFound, WorkspaceRoleMissing, CredentialLimited, WorkspaceArchived, ValidationFailed)
  @ApiOperation({ operationId: 'updateWorkspace', summary: 'Change name or description of a workspace' })
  @ApiOkResponse({ type: WorkspaceDto })
  async update(@Ctx() ctx: RequestContext, @WorkspaceIdParam() id: WorkspaceId, @Body() body: WorkspaceUpdateDto): Promise<WorkspaceDto> {
    return toWorkspaceDto(await this.workspaces.update(ctx, id, body));
  }

  @Delete(':workspaceId')
  @HttpCode(204)
  @SignedIn()
  @Answers(WorkspaceNotFound, WorkspaceRoleMissing, CredentialLimited, WorkspaceArchived, WorkspaceNotEmpty)
  @ApiOperation({ operationId: 'archiveWorkspace', summary: 'Archive a workspace: it stays readable and nothing in it changes any more' })
  @ApiNoContentResponse({ description: 'Archived' })
  archive(@Ctx() ctx: RequestContext, @WorkspaceIdParam() id: WorkspaceId): Promise<void> {
    return this.workspaces.archive(ctx, id);
  }
}

@ApiTags('gen2-workspace-members')
@Controller('workspaces/:workspaceId/members')
export class WorkspaceMembersController {
  constructor(private readonly members: WorkspaceMembersService) {}

  @Get()
  @SignedIn()
  @Answers(WorkspaceNotFound, CredentialLimited, ValidationFailed)
  @ApiOperation({ operationId: 'listWorkspaceMembers', summary: 'List members of a workspace, the longest ones first' })
  @ApiOkResponse({ type: WorkspaceMemberListDto })
  async list(@Ctx() ctx: RequestContext, @WorkspaceIdParam() id: WorkspaceId, @Query() page: PageQuery): Promise<WorkspaceMemberListDto> {
    const slice = sliceOf(page, PAGE_MAX);
    return pageOf((await this.members.list(ctx, id, oneMore(slice))).map(toWorkspaceMemberDto), slice);
  }

  @Post()
  @SignedIn()
  @Answers(WorkspaceNotFound, WorkspaceRoleMissing, CredentialLimited, WorkspaceArchived)
  @Answers(AlreadyWorkspaceMember, WorkspaceFull, ValidationFailed)
  @ApiOperation({ operationId: 'addWorkspaceMember', summary: 'Add a user to a workspace, which has at most 100 members' })
  @ApiCreatedResponse({ type: WorkspaceMemberDto })
  async add(
    @Ctx() ctx: RequestContext,
    @WorkspaceIdParam() id: WorkspaceId,
    @Body() { user_id, role }: WorkspaceMemberAddDto,
  ): Promise<WorkspaceMemberDto> {
    return toWorkspaceMemberDto(await this.members.add(ctx, id, user_id, role));
  }

  @Patch(':memberId')
  @SignedIn()
  @Answers(WorkspaceNotFound, WorkspaceMemberNotFound, WorkspaceRoleMissing, CredentialLimited, WorkspaceArchived)
  @Answers(CannotRemoveLastOwner, ValidationFailed)
  @memberParam
  @ApiOperation({ operationId: 'updateWorkspaceMemberRole', summary: 'Change the role of a member; only owners make and unmake owners' })
  @ApiOkResponse({ type: WorkspaceMemberDto })
  async setRole(
    @Ctx() ctx: RequestContext,
    @WorkspaceIdParam() id: WorkspaceId,
    @Param('memberId') memberId: string,
    @Body() { role }: WorkspaceMemberRoleDto,
  ): Promise<WorkspaceMemberDto> {
    return toWorkspaceMemberDto(await this.members.setRole(ctx, id, memberId, role));
  }

  @Delete(':memberId')
  @HttpCode(204)
  @SignedIn()
  @Answers(WorkspaceNotFound, WorkspaceMemberNotFound, WorkspaceRoleMissing, CredentialLimited, WorkspaceArchived, CannotRemoveLastOwner)
  @memberParam
  @ApiOperation({ operationId: 'removeWorkspaceMember', summary: 'Remove a member, or leave' })
  @ApiNoContentResponse({ description: 'Removed' })
  remove(@Ctx() ctx: RequestContext, @WorkspaceIdParam() id: WorkspaceId, @Param('memberId') memberId: string): Promise<void> {
    return this.members.remove(ctx, id, memberId);
  }
}
