import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import { IsOptional, IsString, MaxLength, MinLength } from 'class-validator';
import { Answers, Ctx, SignedIn } from '../../../platform/access/index.js';
import { RequestContext } from '../../../platform/context/index.js';
import { RateLimited, ValidationFailed } from '../../../platform/errors/index.js';
import { MessageDto } from '../teams/dto/team.dto.js';
import { FeedbackService } from './feedback.service.js';

export class FeedbackDto {
  @ApiPropertyOptional({ maxLength: 255 })
  @IsOptional()
  @IsString()
  @MaxLength(255)
  subject?: string;

  @ApiProperty({ minLength: 1, description: 'At most 20,000 characters.' })
  @IsString()
  @MinLength(1)
  @MaxLength(20_000)
  message!: string;
}

@ApiTags('user-management')
@Controller('users/feedback')
export class FeedbackController {
  constructor(private readonly feedback: FeedbackService) {}

  @Post()
  @HttpCode(200)
  @SignedIn()
  @Answers(ValidationFailed, RateLimited)
  @ApiOperation({
    operationId: 'submitFeedback',
    summary: 'Write to whoever runs this installation',
    description: 'Kept in the database, and mailed to SUPPORT_EMAIL when that is set.',
  })
  @ApiOkResponse({ type: MessageDto })
  async submit(@Ctx() ctx: RequestContext, @Body() { subject, message }: FeedbackDto): Promise<MessageDto> {
    await this.feedback.submit(ctx, { subject: subject ?? '', message });
    return { message: 'Thank you. Your message was received.' };
  }
}
