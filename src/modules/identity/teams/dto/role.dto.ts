import { ApiProperty } from '@nestjs/swagger';
import { ArrayMaxSize, IsArray, IsString, IsUUID, MaxLength, MinLength } from 'class-validator';
import type { Scope } from '../../../../platform/access/index.js';
import type { Role } from '../role.entity.js';
import { scopeId } from '../scope-ids.js';

export class TeamRoleWriteDto {
  @ApiProperty({ minLength: 1, description: 'At most 100 characters, unique in the team.' })
  @IsString()
  @MinLength(1)
  @MaxLength(100)
  name!: string;

  @ApiProperty({ type: [String], format: 'uuid', description: 'Ids of scopes, as GET /scopes lists them.' })
  @IsArray()
  @ArrayMaxSize(500)
  @IsUUID('all', { each: true })
  scopes!: string[];
}

export class TeamRoleDto {
  @ApiProperty({ format: 'uuid' })
  id!: string;
  @ApiProperty()
  name!: string;
  @ApiProperty({ type: String, format: 'uuid', nullable: true, description: 'Null for a role of the system.' })
  team_id!: string | null;
  @ApiProperty({ type: [String], format: 'uuid', description: 'Ids of scopes.' })
  scopes!: string[];
}

export class ScopeDto {
  @ApiProperty({ format: 'uuid', description: 'UUIDv5 of the name: the same in every installation.' })
  id!: string;
  @ApiProperty({ description: '`resource:action`' })
  name!: string;
  @ApiProperty({ type: String, nullable: true })
  description!: string | null;
}

export const toTeamRole = (role: Role): TeamRoleDto => ({
  ...{ id: role.id, name: role.name, team_id: role.teamId },
  scopes: role.scopes.map((scope) => scopeId(scope as Scope)),
});
