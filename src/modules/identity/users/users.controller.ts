import { Body, Controller, Delete, Get, Header, HttpCode, HttpStatus, Ip, Post, Put, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Answers, Ctx, RequireScope, SignedIn } from '../../../platform/access/index.js';
import { Audited } from '../../../platform/audit/index.js';
import { RequestContext, type UserId } from '../../../platform/context/index.js';
import { RateLimited, ScopeMissing, ValidationFailed } from '../../../platform/errors/index.js';
import { IdParam } from '../../../platform/http/index.js';
import { PersonRequired } from '../errors.js';
import { MessageDto } from '../teams/dto/team.dto.js';
import { MemberNotFound, OwnerStays, ScopeNotHeld, TeamInUse } from '../teams/errors.js';
import { UserCreateDto, UserCreatedDto, UserDto, toUserDto, UserUpdateDto } from './dto/user.dto.js';
import { OrganizationLimitReached, WorkspaceArchived } from '../workspaces/errors.js';
import { Outranked, OwnsTeams, OwnsWorkspaces, UserInOtherTeams } from './errors.js';
import { UserDeletion } from './user-deletion.js';
import { UsersService } from './users.service.js';
import { Verification } from './verification.js';

/** People of the active team. */
@ApiTags('user-management')
@Controller('users')
export class UsersController {
  constructor(
    private readonly users: UsersService,
    private readonly deletion: UserDeletion,
    private readonly verification: Verification,
  ) {}

  @Get()
  @RequireScope('user:view')
  @ApiOperation({ operationId: 'listUsers', summary: 'People of the active team, oldest members first, at most 500' })
  @ApiOkResponse({ type: UserDto, isArray: true })
  async list(@Ctx() ctx: RequestContext): Promise<UserDto[]> {
    return (await this.users.list(ctx)).map(toUserDto);
  }

  @Post()
  @RequireScope('user:create')
  @Header('cache-control', 'no-store')
  @Answers(ScopeNotHeld, OrganizationLimitReached, WorkspaceArchived, ValidationFailed, RateLimited)
  @ApiOperation({
    operationId: 'createUser',
    summary: 'Create a person in the active team, or add one who has an account',
    description: 'An account that exists is only added; nothing of it changes and `password` is null. A new one has to verify its address.',
  })
  @ApiCreatedResponse({ type: UserCreatedDto })
  async create(@Ctx() ctx: RequestContext, @Body() body: UserCreateDto, @Ip() ip: string): Promise<UserCreatedDto> {
    const { email, name, mobile, timezone, roles } = body;
    const { user, password } = await this.users.create(ctx, {
      email,
      name,
      mobile,
      timezone,
      roles,
      ip,
      allowLogin: body.allow_login ?? true,
    });
    return { user: toUserDto(user), password };
  }

  @Get(':user')
  @RequireScope('user:view')
  @Answers(MemberNotFound)
  @ApiOperation({ operationId: 'getUser', summary: 'One person of the active team' })
  @ApiOkResponse({ type: UserDto })
  async get(@Ctx() ctx: RequestContext, @IdParam('user') id: UserId): Promise<UserDto> {
    return toUserDto(await this.users.get(ctx, id));
  }

  @Put(':user')
  @RequireScope('user:update', { orSelf: 'user' })
  @Answers(MemberNotFound, PersonRequired, UserInOtherTeams, Outranked, ScopeNotHeld, OwnerStays, ValidationFailed, RateLimited)
  @ApiOperation({
    operationId: 'updateUser',
    summary: 'Replace the profile of a person; of oneself without a scope',
    description:
      'A changed address or number has to be verified anew. Name, address, number and sign-in of somebody else can only be changed by who may change people in each of their teams, and only downward.',
  })
  @ApiOkResponse({ type: UserDto })
  async update(@Ctx() ctx: RequestContext, @IdParam('user') id: UserId, @Body() body: UserUpdateDto): Promise<UserDto> {
    const { name, email, mobile, timezone, roles } = body;
    const wish = {
      name,
      email,
      mobile,
      timezone,
      roles,
      allowLogin: body.allow_login,
      dateFormat: body.date_format,
      timeFormat: body.time_format,
    };
    return toUserDto(await this.users.change(ctx, id, wish));
  }

  @Delete(':user')
  @HttpCode(204)
  @RequireScope('user:delete', { orSelf: 'user' })
  @Answers(MemberNotFound, UserInOtherTeams, Outranked, OwnsTeams, OwnsWorkspaces, TeamInUse)
  @ApiOperation({
    operationId: 'deleteUser',
    summary: 'Delete an account; the own one without a scope',
    description: 'Refused while the person owns a team; an empty personal team goes with the account.',
  })
  @ApiNoContentResponse({ description: 'Deleted, in all teams' })
  remove(@Ctx() ctx: RequestContext, @IdParam('user') id: UserId): Promise<void> {
    return this.deletion.remove(ctx, id);
  }

  @Get(':user/verification-notification/email')
  @SignedIn()
  @Audited()
  @Answers(MemberNotFound, ScopeMissing, RateLimited)
  @ApiOperation({
    operationId: 'resendEmailVerification',
    summary: 'Send the link that verifies the e-mail address again',
    description: 'By the person themselves, or by who holds user:update in the active team.',
  })
  @ApiAcceptedResponse({ type: MessageDto })
  @ApiNoContentResponse({ description: 'Verified already; nothing was sent' })
  async resendEmail(
    @Ctx() ctx: RequestContext,
    @IdParam('user') id: UserId,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<MessageDto | undefined> {
    return sent(await this.verification.resendEmail(ctx, id), reply, 'The mail is on its way.');
  }

  @Get(':user/verification-notification/mobile')
  @SignedIn()
  @Audited()
  @Answers(MemberNotFound, ScopeMissing, ValidationFailed, RateLimited)
  @ApiOperation({
    operationId: 'resendMobileVerification',
    summary: 'Send the link that verifies the mobile number again',
    description: 'By the person themselves, or by who holds user:update in the active team.',
  })
  @ApiAcceptedResponse({ type: MessageDto })
  @ApiNoContentResponse({ description: 'Verified already; nothing was sent' })
  async resendMobile(
    @Ctx() ctx: RequestContext,
    @IdParam('user') id: UserId,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<MessageDto | undefined> {
    return sent(await this.verification.resendMobile(ctx, id), reply, 'The SMS is on its way.');
  }
}

function sent(wasSent: boolean, reply: FastifyReply, message: string): MessageDto | undefined {
  reply.status(wasSent ? HttpStatus.ACCEPTED : HttpStatus.NO_CONTENT);
  return wasSent ? { message } : undefined;
}
