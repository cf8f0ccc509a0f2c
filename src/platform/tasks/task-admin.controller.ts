import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, MaxLength } from 'class-validator';
import { Answers, Ctx, InternalOnly } from '../access/index.js';
import { RequestContext } from '../context/index.js';
import { ValidationFailed } from '../errors/index.js';
import { PageQuery, sliceOf } from '../http/paging.js';
import { TaskStore, type TaskView } from './task-store.js';
import type { TaskState } from './task.entity.js';

const STATES: TaskState[] = ['waiting', 'running', 'done', 'failed'];

class TaskQuery extends PageQuery {
  @ApiPropertyOptional({ enum: STATES })
  @IsOptional()
  @IsIn(STATES)
  state?: TaskState;

  @ApiPropertyOptional({ example: 'fleet.sweep-pulses' })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  name?: string;
}

class TaskDto {
  @ApiProperty({ format: 'uuid' })
  id!: string;
  @ApiProperty()
  name!: string;
  @ApiProperty()
  lane!: string;
  @ApiProperty({ enum: STATES })
  state!: TaskState;
  @ApiProperty({ type: String, format: 'uuid', nullable: true })
  team_id!: string | null;
  @ApiProperty()
  attempts!: number;
  @ApiProperty()
  max_attempts!: number;
  @ApiProperty({ format: 'date-time' })
  run_at!: Date;
  @ApiProperty({ format: 'date-time' })
  created_at!: Date;
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  finished_at!: Date | null;
  @ApiProperty({ type: String, nullable: true, description: 'Why the last attempt failed.' })
  last_error!: string | null;
}

/** Beyond the contract: what the platform is doing, for whoever operates it. Payloads stay inside. */
@ApiTags('operations')
@Controller('tasks/internal')
export class TaskAdminController {
  constructor(private readonly store: TaskStore) {}

  @Get()
  @InternalOnly()
  @Answers(ValidationFailed)
  @ApiOperation({ operationId: 'listTasks', summary: 'Background tasks, newest first' })
  @ApiOkResponse({ type: TaskDto, isArray: true })
  list(@Ctx() ctx: RequestContext, @Query() query: TaskQuery): Promise<TaskView[]> {
    return this.store.list(ctx, { state: query.state, name: query.name, ...sliceOf(query, 100) });
  }
}
