import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Ctx, SignedIn } from '../../../platform/access/index.js';
import { RequestContext } from '../../../platform/context/index.js';
import { Unauthenticated } from '../../../platform/errors/index.js';
import { toTeamDto } from '../teams/dto/team.dto.js';
import { TeamsService } from '../teams/teams.service.js';
import { toAccountDto, UserInfoDto } from './dto/user.dto.js';
import { UsersRepository } from './users.repository.js';

/** The person behind the request, with their teams. */
@ApiTags('authentication-&-user-info')
@Controller()
export class ProfileController {
  constructor(
    private readonly users: UsersRepository,
    private readonly teams: TeamsService,
  ) {}

  @Get('api/user')
  @SignedIn()
  @ApiOperation({ operationId: 'getApiUser', summary: 'Profile of the caller, API route' })
  @ApiOkResponse({ type: UserInfoDto })
  apiUser(@Ctx() ctx: RequestContext): Promise<UserInfoDto> {
    return this.profile(ctx);
  }

  @Get('oauth/userinfo')
  @SignedIn()
  @ApiOperation({ operationId: 'getOauthUserinfo', summary: 'Profile of the caller, OIDC route' })
  @ApiOkResponse({ type: UserInfoDto })
  userinfo(@Ctx() ctx: RequestContext): Promise<UserInfoDto> {
    return this.profile(ctx);
  }

  private async profile(ctx: RequestContext): Promise<UserInfoDto> {
    const found = await this.users.anyone(ctx, ctx.requireUser());
    if (!found) throw new Unauthenticated(); // deleted while this request came
    return {
      ...toAccountDto(found),
      mfa_verified: ctx.actor.kind === 'user' && ctx.actor.secondFactor === true,
      teams: (await this.teams.list(ctx)).map(toTeamDto),
    };
  }
}
