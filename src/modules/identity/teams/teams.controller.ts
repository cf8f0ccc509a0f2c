import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put } from '@nestjs/common';
import { ApiAcceptedResponse, ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Answers, Ctx, RequireScope, SignedIn } from '../../../platform/access/index.js';
import { type InvitationId, RequestContext, type UserId } from '../../../platform/context/index.js';
import { RateLimited, ValidationFailed } from '../../../platform/errors/index.js';
import { IdParam } from '../../../platform/http/index.js';
import { personOf } from '../accounts/person.js';
import { PersonRequired } from '../errors.js';
import { OrganizationLimitReached, WorkspaceArchived } from '../workspaces/errors.js';
import {
  MessageDto,
  TeamDto,
  TeamInviteCreateDto,
  TeamInviteDto,
  TeamMemberDto,
  TeamWriteDto,
  toTeamDto,
  toTeamInvite,
  toTeamMember,
  toUserSummary,
  UserSummaryDto,
} from './dto/team.dto.js';
import {
  AddressUnverified,
  InvitationForAnother,
  InvitationGone,
  InvitationNotFound,
  MemberNotFound,
  OwnerStays,
  PersonalTeamStays,
  ScopeNotHeld,
  TeamInUse,
  TeamNotFound,
} from './errors.js';
import { Invitations } from './invitations.js';
import { TeamsService } from './teams.service.js';

/** The team of the path: the guard lets its members in, and the context that comes here acts in it. */

@ApiTags('teams')
@Controller()
export class TeamsController {
  constructor(
    private readonly teams: TeamsService,
    private readonly invitations: Invitations,
  ) {}

  @Get('teams')
  @SignedIn()
  @ApiOperation({ operationId: 'listTeams', summary: 'Teams that the caller belongs to, oldest membership first, at most 500' })
  @ApiOkResponse({ type: TeamDto, isArray: true })
  async list(@Ctx() ctx: RequestContext): Promise<TeamDto[]> {
    return ctx.actor.kind === 'user' || ctx.teamId ? (await this.teams.list(ctx)).map(toTeamDto) : [];
  }

  @Post('teams')
  @RequireScope('team:create', { orOwner: true })
  @Answers(ValidationFailed, OrganizationLimitReached, WorkspaceArchived)
  @ApiOperation({
    operationId: 'createTeam',
    summary: 'Create a team owned by the caller',
    description:
      'In the organization of the active team. The owner of the active team needs no scope. By an API credential the team becomes that of its creator; the credential itself stays in its own.',
  })
  @ApiCreatedResponse({ type: TeamDto })
  async create(@Ctx() ctx: RequestContext, @Body() body: TeamWriteDto): Promise<TeamDto> {
    return toTeamDto(await this.teams.create(ctx, { name: body.name, siteLimit: body.site_limit }));
  }

  @Get('teams/:team')
  @SignedIn({ memberOf: 'team' })
  @Answers(TeamNotFound)
  @ApiOperation({ operationId: 'getTeam', summary: 'One team; for its members' })
  @ApiOkResponse({ type: TeamDto })
  async get(@Ctx() ctx: RequestContext): Promise<TeamDto> {
    return toTeamDto(await this.teams.get(ctx));
  }

  @Put('teams/:team')
  @RequireScope('team:update', { in: 'team', orOwner: true })
  @Answers(TeamNotFound, ValidationFailed)
  @ApiOperation({ operationId: 'updateTeam', summary: 'Rename a team or change its site limit; its owner needs no scope' })
  @ApiOkResponse({ type: TeamDto })
  async update(@Ctx() ctx: RequestContext, @Body() body: TeamWriteDto): Promise<TeamDto> {
    return toTeamDto(await this.teams.change(ctx, { name: body.name, siteLimit: body.site_limit }));
  }

  @Delete('teams/:team')
  @HttpCode(204)
  @RequireScope('team:delete', { in: 'team', orOwner: true })
  @Answers(TeamNotFound, PersonalTeamStays, TeamInUse)
  @ApiOperation({
    operationId: 'deleteTeam',
    summary: 'Delete a team; its owner needs no scope',
    description: 'Refused for a personal team and while the team has sites or other resources. Its credentials and keys stop working.',
  })
  @ApiNoContentResponse({ description: 'Deleted' })
  remove(@Ctx() ctx: RequestContext): Promise<void> {
    return this.teams.remove(ctx);
  }

  @Put('teams/:team/switch')
  @SignedIn({ memberOf: 'team' })
  @Answers(TeamNotFound, PersonRequired)
  @ApiOperation({
    operationId: 'switchTeam',
    summary: 'Make a team the active one',
    description: 'Holds for every session of the person from the next request on. An API credential is bound to its team.',
  })
  @ApiOkResponse({ type: TeamDto })
  async switch(@Ctx() ctx: RequestContext): Promise<TeamDto> {
    return toTeamDto(await this.teams.switchTo(ctx));
  }

  @Get('teams/:team/members')
  @SignedIn({ memberOf: 'team' })
  @Answers(TeamNotFound)
  @ApiOperation({ operationId: 'listTeamMembers', summary: 'Members of a team, oldest first, at most 500' })
  @ApiOkResponse({ type: UserSummaryDto, isArray: true })
  async members(@Ctx() ctx: RequestContext): Promise<UserSummaryDto[]> {
    return (await this.teams.members(ctx)).map(toUserSummary);
  }

  @Get('teams/:team/members/:user')
  @SignedIn({ memberOf: 'team' })
  @Answers(TeamNotFound, MemberNotFound)
  @ApiOperation({ operationId: 'getTeamMember', summary: 'One member with their roles in the team' })
  @ApiOkResponse({ type: TeamMemberDto })
  async member(@Ctx() ctx: RequestContext, @IdParam('user') user: UserId): Promise<TeamMemberDto> {
    return toTeamMember(await this.teams.member(ctx, user));
  }

  @Delete('teams/:team/members/:user')
  @HttpCode(204)
  @RequireScope('teams:remove-users', { in: 'team', orOwner: true })
  @Answers(TeamNotFound, MemberNotFound, OwnerStays)
  @ApiOperation({
    operationId: 'removeTeamMember',
    summary: 'Remove a member from a team; its owner needs no scope',
    description: 'The account stays. API credentials and keys that the person made in the team stop working.',
  })
  @ApiNoContentResponse({ description: 'Removed' })
  removeMember(@Ctx() ctx: RequestContext, @IdParam('user') user: UserId): Promise<void> {
    return this.teams.removeMember(ctx, user);
  }

  @Get('teams/:team/invites')
  @SignedIn({ memberOf: 'team' })
  @Answers(TeamNotFound)
  @ApiOperation({ operationId: 'listTeamInvites', summary: 'Pending invitations, newest first, at most 500' })
  @ApiOkResponse({ type: TeamInviteDto, isArray: true })
  async invites(@Ctx() ctx: RequestContext): Promise<TeamInviteDto[]> {
    return (await this.invitations.list(ctx)).map(toTeamInvite);
  }

  @Post('teams/:team/invites')
  @HttpCode(202)
  @RequireScope('teams:invite-users', { in: 'team', orOwner: true })
  @Answers(TeamNotFound, ScopeNotHeld, ValidationFailed, RateLimited)
  @ApiOperation({
    operationId: 'inviteToTeam',
    summary: 'Invite someone by e-mail, as a Member; the owner needs no scope',
    description: 'The link works for seven days. Inviting somebody again replaces it.',
  })
  @ApiAcceptedResponse({ type: MessageDto })
  async invite(@Ctx() ctx: RequestContext, @Body() { email }: TeamInviteCreateDto): Promise<MessageDto> {
    await this.invitations.invite(ctx, email);
    return { message: 'The invitation is on its way.' };
  }

  @Get('teams/:team/invites/:teamInvitation')
  @SignedIn({ memberOf: 'team' })
  @Answers(TeamNotFound, InvitationNotFound)
  @ApiOperation({ operationId: 'getTeamInvite', summary: 'One pending invitation' })
  @ApiOkResponse({ type: TeamInviteDto })
  async getInvite(@Ctx() ctx: RequestContext, @IdParam('teamInvitation') id: InvitationId): Promise<TeamInviteDto> {
    return toTeamInvite(await this.invitations.get(ctx, id));
  }

  @Delete('teams/:team/invites/:teamInvitation')
  @HttpCode(204)
  @RequireScope('teams:invite-users', { in: 'team', orOwner: true })
  @Answers(TeamNotFound, InvitationNotFound)
  @ApiOperation({ operationId: 'cancelTeamInvite', summary: 'Withdraw a pending invitation; the owner needs no scope' })
  @ApiNoContentResponse({ description: 'Withdrawn' })
  withdraw(@Ctx() ctx: RequestContext, @IdParam('teamInvitation') id: InvitationId): Promise<void> {
    return this.invitations.withdraw(ctx, id);
  }

  @Post('invitations/:token/accept')
  @HttpCode(200)
  @SignedIn()
  @Answers(PersonRequired, AddressUnverified, InvitationForAnother, InvitationGone, OrganizationLimitReached, WorkspaceArchived)
  @ApiOperation({
    operationId: 'acceptTeamInvite',
    summary: 'Join the team of an invitation, by the token of its link (beyond the contract)',
    description: 'Only for the person whose verified e-mail address is the invited one. Doing it again changes nothing.',
  })
  @ApiOkResponse({ type: TeamDto })
  async accept(@Ctx() ctx: RequestContext, @Param('token') token: string): Promise<TeamDto> {
    const { userId } = personOf(ctx);
    const teamId = await this.invitations.accept(ctx, token, userId);
    return toTeamDto(await this.teams.get(ctx, teamId));
  }
}
