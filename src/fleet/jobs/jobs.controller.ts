import { Body, Controller, Delete, Get, Header, Headers, HttpCode, Param, Post, Query } from '@nestjs/common';
import {
  ApiBody,
  ApiCreatedResponse,
  ApiHeader,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiQuery,
  ApiTags,
} from '@nestjs/swagger';
import { Answers, Ctx, RequireScope, SignedUrl } from '../../platform/access/index.js';
import { isUuid, type JobId, RequestContext, type SiteId } from '../../platform/context/index.js';
import { PayloadTooLarge, UnsupportedMediaType, ValidationFailed } from '../../platform/errors/index.js';
import { IdParam, PageQuery, sliceOf, Takes } from '../../platform/http/index.js';
import { BackupUnavailable, JobAlreadyStarted, JobNotFound, SiteBeingDeleted, SiteNotFound } from '../errors.js';
import { JobDto, toJobDto } from './dto/job.dto.js';
import { readJobWish } from './dto/job-headers.js';
import { JobService } from './job.service.js';
import type { JobSignal } from './job-state.js';

const CAP = 500;
/** 10,000 characters of up to 4 bytes. */
const SCRIPT_BYTES = 40_000;
const REASON_BYTES = 8192;
const COLLECTION = ['site/:site/job', 'sites/:site/jobs'];
const ITEM = ['site/:site/job/:job', 'sites/:site/jobs/:job'];
const SIGNALS: Readonly<Record<string, JobSignal>> = { busy: 'busy', done: 'done', fail: 'fail' };

const flagHeader = (name: string, fallback: boolean, description: string): MethodDecorator =>
  ApiHeader({ name, required: false, description, schema: { type: 'boolean', default: fallback } });

@ApiTags('jobs')
@Controller()
export class JobsController {
  constructor(private readonly jobs: JobService) {}

  @Post(COLLECTION)
  @RequireScope('job:create')
  @Takes('text/plain', SCRIPT_BYTES)
  @Answers(SiteNotFound, SiteBeingDeleted, BackupUnavailable, ValidationFailed, PayloadTooLarge, UnsupportedMediaType)
  @ApiHeader({
    name: 'X-Idempotency-Key',
    required: true,
    schema: { type: 'string', format: 'uuid' },
    description: 'The same key for the same site answers the first job.',
  })
  @ApiHeader({ name: 'X-Description', required: false, schema: { type: 'string', minLength: 3, maxLength: 100 } })
  @flagHeader('X-Needs-Ack', true, 'False completes the job at download.')
  @flagHeader('X-Backup', false, 'Take a backup before the script.')
  @flagHeader('X-Express-Execute', false, 'Ask the router to poll at once, over the management tunnel when there is one.')
  @ApiBody({ required: true, schema: { type: 'string', minLength: 3, maxLength: 10_000 }, description: 'RouterOS script' })
  @ApiOperation({ operationId: 'createSiteJob', summary: 'Queue a RouterOS script as a job' })
  @ApiCreatedResponse({ type: JobDto })
  async create(
    @Ctx() ctx: RequestContext,
    @IdParam('site') site: SiteId,
    @Headers() headers: Record<string, string>,
    @Body() script: unknown,
  ): Promise<JobDto> {
    return toJobDto(await this.jobs.create(ctx, site, readJobWish(headers, script)));
  }

  @Get(COLLECTION)
  @RequireScope('job:view')
  @Answers(SiteNotFound, ValidationFailed)
  @ApiOperation({
    operationId: 'listSiteJobs',
    summary: 'Jobs of a site, newest first',
    description: `Without paging parameters the newest ${CAP}.`,
  })
  @ApiOkResponse({ type: JobDto, isArray: true })
  async list(@Ctx() ctx: RequestContext, @IdParam('site') site: SiteId, @Query() page: PageQuery): Promise<JobDto[]> {
    return (await this.jobs.list(ctx, site, sliceOf(page, CAP))).map(toJobDto);
  }

  @Get(ITEM)
  @RequireScope('job:view')
  @Answers(JobNotFound)
  @ApiOperation({ operationId: 'getSiteJob', summary: 'One job of a site' })
  @ApiOkResponse({ type: JobDto })
  async get(@Ctx() ctx: RequestContext, @IdParam('site') site: SiteId, @IdParam('job') job: JobId): Promise<JobDto> {
    return toJobDto(await this.jobs.get(ctx, site, job));
  }

  @Delete(ITEM)
  @HttpCode(204)
  @RequireScope('job:delete')
  @Answers(JobNotFound, JobAlreadyStarted)
  @ApiOperation({ operationId: 'deleteSiteJob', summary: 'Cancel a job that has not started' })
  @ApiNoContentResponse({ description: 'Job deleted' })
  cancel(@Ctx() ctx: RequestContext, @IdParam('site') site: SiteId, @IdParam('job') job: JobId): Promise<void> {
    return this.jobs.cancel(ctx, site, job);
  }
}

/** Where routers report; the URLs come with the job's wrapper. */
@ApiTags('jobs')
@Controller()
export class JobReportsController {
  constructor(private readonly jobs: JobService) {}

  @Get('job/:job/update')
  @SignedUrl()
  @Answers(JobNotFound, ValidationFailed)
  @ApiQuery({ name: 'status', required: true, schema: { type: 'string', enum: ['busy', 'done', 'fail'] } })
  @ApiQuery({ name: 'signature', required: true, schema: { type: 'string' }, description: 'HMAC over the URL without this parameter.' })
  @ApiQuery({ name: 'expires', required: false, schema: { type: 'integer' }, description: 'Unix time.' })
  @Header('content-type', 'text/plain; charset=utf-8')
  @ApiOperation({ operationId: 'updateJobStatus', summary: 'Router reports job progress through a signed URL' })
  @ApiOkResponse({ description: 'Recorded; repeats change nothing', content: { 'text/plain': { schema: { type: 'string' } } } })
  update(@Param('job') job: string, @Query('status') status: string): Promise<string> {
    return this.record(job, status);
  }

  @Post('job/:job/update')
  @HttpCode(200)
  @SignedUrl()
  @Takes('text/plain', REASON_BYTES)
  @Answers(JobNotFound, ValidationFailed, PayloadTooLarge, UnsupportedMediaType)
  @ApiQuery({ name: 'status', required: true, schema: { type: 'string', enum: ['busy', 'done', 'fail'] } })
  @ApiQuery({ name: 'signature', required: true, schema: { type: 'string' } })
  @ApiQuery({ name: 'expires', required: false, schema: { type: 'integer' } })
  @Header('content-type', 'text/plain; charset=utf-8')
  @ApiBody({ required: false, schema: { type: 'string' }, description: 'Why it failed, in the words of the router.' })
  @ApiOperation({ operationId: 'updateJobStatusWithReason', summary: 'The same, with a reason in the body (beyond the contract)' })
  @ApiOkResponse({ content: { 'text/plain': { schema: { type: 'string' } } } })
  updateWithReason(@Param('job') job: string, @Query('status') status: string, @Body() reason: unknown): Promise<string> {
    return this.record(job, status, typeof reason === 'string' && reason !== '' ? reason : undefined);
  }

  private async record(job: string, status: string, reason?: string): Promise<string> {
    const signal = SIGNALS[status];
    if (!signal) throw new ValidationFailed({ status: ['status must be busy, done or fail'] });
    if (!isUuid(job)) throw new JobNotFound();
    await this.jobs.signal(job as JobId, signal, reason);
    return 'ok';
  }
}
