import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsString, MaxLength, ValidateIf } from 'class-validator';
import { SITE_ACTIONS, type SiteAction } from '../site-actions.js';

const NOTE_MAX = 65_536;

export class SiteActionDto {
  @ApiProperty({ enum: SITE_ACTIONS })
  @IsIn(SITE_ACTIONS, { message: `action must be one of ${SITE_ACTIONS.join(', ')}` })
  action!: SiteAction;
}

export class SiteNoteDto {
  @ApiProperty({ type: String, nullable: true, maxLength: NOTE_MAX, description: 'Null when there is none; null takes it away.' })
  @ValidateIf((_, value) => value !== null)
  @IsString()
  @MaxLength(NOTE_MAX)
  note!: string | null;
}

export class ActionMessageDto {
  @ApiProperty()
  message!: string;
}
