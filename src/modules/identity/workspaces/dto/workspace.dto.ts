import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, Matches, MaxLength, ValidateIf } from 'class-validator';
import { workspacePublicId } from '../public-ids.js';
import { type WorkspaceMember, WORKSPACE_ROLES, type WorkspaceRole } from '../workspace-member.entity.js';
import { BILLING_MODES, type BillingMode, type Workspace } from '../workspace.entity.js';

export const present = (_object: object, value: unknown): boolean => value !== undefined;
export const NOT_BLANK = /\S/;
export const NOT_BLANK_MESSAGE = { message: '$property must not be blank' };

class WorkspaceTextDto {
  @ApiPropertyOptional({ type: String, nullable: true, maxLength: 200 })
  @IsOptional()
  @IsString()
  @MaxLength(200)
  description?: string | null;
}

export class WorkspaceCreateDto extends WorkspaceTextDto {
  @ApiProperty({ minLength: 1, maxLength: 50 })
  @IsString()
  @Matches(NOT_BLANK, NOT_BLANK_MESSAGE)
  @MaxLength(50)
  name!: string;

  @ApiProperty({ enum: BILLING_MODES, description: 'Can never be changed afterwards.' })
  @IsIn(BILLING_MODES)
  billing_mode!: BillingMode;
}

export class WorkspaceUpdateDto extends WorkspaceTextDto {
  @ApiPropertyOptional({ minLength: 1, maxLength: 50 })
  @ValidateIf(present)
  @IsString()
  @Matches(NOT_BLANK, NOT_BLANK_MESSAGE)
  @MaxLength(50)
  name?: string;
}

export class WorkspaceDto {
  @ApiProperty({ description: '`ws_` and the base62 form of a UUID.' })
  id!: string;
  @ApiProperty()
  name!: string;
  @ApiProperty({ type: String, nullable: true })
  description!: string | null;
  @ApiProperty({ enum: BILLING_MODES })
  billing_mode!: BillingMode;
  @ApiProperty({ type: 'integer', nullable: true, description: 'Seats that all organizations share, in pooled mode; null for no limit.' })
  pooled_seat_limit!: number | null;
  @ApiProperty()
  archived!: boolean;
  @ApiProperty({ format: 'date-time' })
  created_at!: string;
  @ApiProperty({ format: 'date-time' })
  updated_at!: string;
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  archived_at!: string | null;
}

export const toWorkspaceDto = (workspace: Workspace): WorkspaceDto => ({
  id: workspacePublicId(workspace.id),
  name: workspace.name,
  description: workspace.description,
  billing_mode: workspace.billingMode,
  pooled_seat_limit: workspace.pooledSeatLimit,
  archived: workspace.archivedAt !== null,
  created_at: workspace.createdAt.toISOString(),
  updated_at: workspace.updatedAt.toISOString(),
  archived_at: workspace.archivedAt?.toISOString() ?? null,
});

export class WorkspaceListDto {
  @ApiProperty({ type: [WorkspaceDto] })
  data!: WorkspaceDto[];
  @ApiProperty({ description: 'Whether there is another page.' })
  has_more!: boolean;
}

export class WorkspaceMemberRoleDto {
  @ApiProperty({ enum: WORKSPACE_ROLES })
  @IsIn(WORKSPACE_ROLES)
  role!: WorkspaceRole;
}

export class WorkspaceMemberAddDto extends WorkspaceMemberRoleDto {
  @ApiProperty({ description: 'Id of a user who may sign in.' })
  @IsString()
  @MaxLength(255)
  user_id!: string;
}

export class WorkspaceMemberDto {
  @ApiProperty()
  user_id!: string;
  @ApiProperty()
  workspace_id!: string;
  @ApiProperty({ enum: WORKSPACE_ROLES })
  role!: WorkspaceRole;
  @ApiProperty({ format: 'date-time' })
  created_at!: string;
  @ApiProperty({ format: 'date-time' })
  updated_at!: string;
}

export const toWorkspaceMemberDto = (member: WorkspaceMember): WorkspaceMemberDto => ({
  user_id: member.userId,
  workspace_id: workspacePublicId(member.workspaceId),
  role: member.role,
  created_at: member.createdAt.toISOString(),
  updated_at: member.updatedAt.toISOString(),
});

export class WorkspaceMemberListDto {
  @ApiProperty({ type: [WorkspaceMemberDto] })
  data!: WorkspaceMemberDto[];
  @ApiProperty({ description: 'Whether there is another page.' })
  has_more!: boolean;
}
