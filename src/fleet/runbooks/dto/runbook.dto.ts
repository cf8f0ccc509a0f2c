import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsBoolean, IsDate, IsOptional, IsString, MaxLength, MinLength } from 'class-validator';
import type { BootstrapToken } from '../bootstrap-token.entity.js';
import type { RunbookService, RunbookWithToken } from '../runbook.service.js';

export class TokenWishDto {
  @ApiPropertyOptional({ description: 'Whether more than one router may use the command.' })
  @IsOptional()
  @IsBoolean()
  reusable?: boolean;

  @ApiPropertyOptional({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'When the command stops working; never without it.',
  })
  @IsOptional()
  @Type(() => Date)
  @IsDate()
  expires_at?: Date | null;
}

export class RunbookCreateDto extends TokenWishDto {
  @ApiProperty({ minLength: 1, maxLength: 255 })
  @IsString()
  @MinLength(1)
  @MaxLength(255)
  name!: string;
}

export class RunbookDto {
  @ApiProperty({ format: 'uuid' })
  id!: string;
  @ApiProperty({ type: String, description: 'One line for the terminal of a router; empty when every token was revoked.' })
  bootstrap_command!: string;
  @ApiProperty()
  name!: string;
  @ApiProperty({ format: 'date-time' })
  created_at!: string;
}

export const toRunbookDto = ({ runbook, token }: RunbookWithToken, service: RunbookService): RunbookDto => ({
  id: runbook.id,
  bootstrap_command: token ? service.command(token) : '',
  name: runbook.name,
  created_at: runbook.createdAt.toISOString(),
});

export class BootstrapTokenDto {
  @ApiProperty({ format: 'uuid' })
  id!: string;
  @ApiProperty({ description: 'One line for the terminal of a router.' })
  bootstrap_command!: string;
  @ApiProperty()
  reusable!: boolean;
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  expires_at!: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  revoked_at!: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'When a one-off command adopted its router.' })
  spent_at!: string | null;
  @ApiProperty({ format: 'date-time' })
  created_at!: string;
}

export const toBootstrapTokenDto = (token: BootstrapToken, service: RunbookService): BootstrapTokenDto => ({
  id: token.id,
  bootstrap_command: service.command(token),
  reusable: token.reusable,
  expires_at: token.expiresAt?.toISOString() ?? null,
  revoked_at: token.revokedAt?.toISOString() ?? null,
  spent_at: token.spentAt?.toISOString() ?? null,
  created_at: token.createdAt.toISOString(),
});
