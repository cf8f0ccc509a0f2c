import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { Answers, Ctx, RequireScope } from '../../platform/access/index.js';
import { RequestContext, type SiteId } from '../../platform/context/index.js';
import { ValidationFailed } from '../../platform/errors/index.js';
import { IdParam } from '../../platform/http/index.js';
import { SiteNotFound } from '../errors.js';
import { StatsRangeQuery } from '../sites/dto/site-input.dto.js';
import { UptimeService } from './uptime.service.js';

class HourlyUptimeDto {
  @ApiProperty({ description: 'HH:00, UTC' })
  time_formatted!: string;
  @ApiProperty({ description: 'DD Mon' })
  date_formatted!: string;
  @ApiProperty({ type: 'number', minimum: 0, maximum: 100 })
  missed_heartbeats_percentage!: number;
  @ApiProperty({ type: 'number', minimum: 0, maximum: 60 })
  total_minutes_down!: number;
}

class SiteStatDto {
  @ApiProperty({ format: 'date-time' })
  created_at!: Date;
  @ApiProperty({ type: 'integer', description: 'Percent' })
  cpu_load!: number;
  @ApiProperty({ type: 'integer', format: 'int64', description: 'Bytes' })
  memory_free!: number;
  @ApiProperty({ type: 'integer', format: 'int64', description: 'Bytes' })
  disk_free!: number;
  @ApiProperty({ type: 'integer', format: 'int64', description: 'Seconds' })
  uptime!: number;
}

@ApiTags('device-stats')
@Controller()
export class UptimeController {
  constructor(private readonly uptime: UptimeService) {}

  @Get('site/mikrotik-stats/:site')
  @RequireScope('site:view')
  @Answers(SiteNotFound)
  @ApiOperation({ operationId: 'getSiteHourlyUptime', summary: 'Hourly uptime of the last 24 hours' })
  @ApiOkResponse({ type: HourlyUptimeDto, isArray: true })
  lastDay(@Ctx() ctx: RequestContext, @IdParam('site') site: SiteId): Promise<HourlyUptimeDto[]> {
    return this.uptime.lastDay(ctx, site);
  }

  @Get(['sites/:site/mikrotik-stats', 'sites/:site/mikrotik-stats/range'])
  @RequireScope('site:view')
  @Answers(SiteNotFound, ValidationFailed)
  @ApiOperation({
    operationId: 'getSiteStatsRange',
    summary: 'CPU, memory, disk and uptime samples over dates',
    description: 'Ranges longer than 48 h are averaged per hour.',
  })
  @ApiOkResponse({ type: SiteStatDto, isArray: true })
  samples(
    @Ctx() ctx: RequestContext,
    @IdParam('site') site: SiteId,
    @Query() { start_date, end_date }: StatsRangeQuery,
  ): Promise<SiteStatDto[]> {
    return this.uptime.samples(ctx, site, new Date(start_date), new Date(end_date));
  }
}
