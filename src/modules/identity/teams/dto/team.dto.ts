import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, IsOptional, IsString, Max, MaxLength, Min, MinLength } from 'class-validator';
import { IsAddress } from '../../accounts/is-address.js';
import type { InvitationView, Person, RoleView, TeamView } from '../team-views.js';

/** PostgreSQL's integer. */
const LARGEST = 2_147_483_647;

export class TeamWriteDto {
  @ApiProperty({ minLength: 1, maxLength: 200 })
  @IsString()
  @MinLength(1)
  @MaxLength(200)
  name!: string;

  @ApiPropertyOptional({
    type: 'integer',
    nullable: true,
    minimum: 0,
    description: 'Most sites of this team; 0 or null, as many as the organization has. Left out of a change, it stays.',
  })
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(LARGEST)
  site_limit?: number | null;
}

export class TeamInviteCreateDto {
  @ApiProperty({ format: 'email' })
  @IsAddress()
  @MaxLength(254)
  email!: string;
}

export class UserSummaryDto {
  @ApiProperty({ format: 'uuid' })
  id!: string;
  @ApiProperty()
  name!: string;
  @ApiProperty({ format: 'email' })
  email!: string;
  @ApiProperty({ description: 'URL of a portrait; empty without one.' })
  picture!: string;
}

export class TeamRoleSummaryDto {
  @ApiProperty({ format: 'uuid' })
  id!: string;
  @ApiProperty()
  name!: string;
  @ApiProperty({ description: 'Always `api`.' })
  guard_name!: string;
  @ApiProperty({ type: String, format: 'uuid', nullable: true, description: 'Null for a role of the system.' })
  team_id!: string | null;
  @ApiProperty({ format: 'date-time' })
  created_at!: string;
  @ApiProperty({ format: 'date-time' })
  updated_at!: string;
}

export class TeamMemberDto extends UserSummaryDto {
  @ApiProperty({ type: [TeamRoleSummaryDto], description: 'Held in this team.' })
  roles!: TeamRoleSummaryDto[];
}

export class TeamInviteDto {
  @ApiProperty({ format: 'uuid' })
  id!: string;
  @ApiProperty({ format: 'uuid' })
  team_id!: string;
  @ApiProperty({ format: 'email' })
  email!: string;
  @ApiProperty({ type: String, nullable: true, description: 'Name of the role that it gives.' })
  role!: string | null;
  @ApiProperty({ format: 'date-time' })
  created_at!: string;
  @ApiProperty({ format: 'date-time' })
  updated_at!: string;
}

export class TeamDto {
  @ApiProperty({ format: 'uuid' })
  id!: string;
  @ApiProperty()
  name!: string;
  @ApiProperty({ type: UserSummaryDto })
  owner!: UserSummaryDto | undefined;
  @ApiProperty({ description: 'The personal team of the caller.' })
  personal_team!: boolean;
  @ApiProperty({ type: [UserSummaryDto], description: 'Oldest first, at most 500.' })
  members!: UserSummaryDto[];
  @ApiProperty({ type: [TeamInviteDto], description: 'Pending invitations, newest first, at most 500.' })
  invites!: TeamInviteDto[];
  @ApiProperty({ description: 'The team that the caller acts in.' })
  current!: boolean;
  @ApiProperty({ type: 'integer' })
  site_count!: number;
  @ApiProperty({ type: 'integer', description: '0: the limit of the organization applies.' })
  site_limit!: number;
  @ApiProperty({ type: [TeamRoleSummaryDto], description: 'Roles that the caller holds in this team.' })
  roles!: TeamRoleSummaryDto[];
}

export class MessageDto {
  @ApiProperty()
  message!: string;
}

export const toUserSummary = ({ id, name, email, picture }: Person): UserSummaryDto => ({ id, name, email, picture });

export const toRoleSummary = (role: RoleView): TeamRoleSummaryDto => ({
  ...{ id: role.id, name: role.name, guard_name: 'api', team_id: role.teamId },
  ...{ created_at: role.createdAt.toISOString(), updated_at: role.updatedAt.toISOString() },
});

export const toTeamInvite = (i: InvitationView): TeamInviteDto => ({
  ...{ id: i.id, team_id: i.teamId, email: i.email, role: i.role },
  ...{ created_at: i.createdAt.toISOString(), updated_at: i.updatedAt.toISOString() },
});

export const toTeamMember = (person: Person & { roles: readonly RoleView[] }): TeamMemberDto => ({
  ...toUserSummary(person),
  roles: person.roles.map(toRoleSummary),
});

export const toTeamDto = (team: TeamView): TeamDto => ({
  ...{ id: team.id, name: team.name, owner: team.owner && toUserSummary(team.owner), personal_team: team.isPersonal },
  members: team.members.map(toUserSummary),
  invites: team.invitations.map(toTeamInvite),
  ...{ current: team.isCurrent, site_count: team.siteCount, site_limit: team.siteLimit },
  roles: team.roles.map(toRoleSummary),
});
