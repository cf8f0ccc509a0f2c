import { Body, Controller, Get, Headers, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiExtraModels, ApiHeader, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { BackupUnavailable, SiteBeingDeleted, SiteNotFound } from '../../fleet/index.js';
import { Answers, Ctx, RequireScope } from '../../platform/access/index.js';
import { isUuid, RequestContext, type SiteId } from '../../platform/context/index.js';
import { ValidationFailed } from '../../platform/errors/index.js';
import { IdParam, PageQuery, sliceOf } from '../../platform/http/index.js';
import { highlightDiff, highlightExport } from '../../routeros/export/index.js';
import { CallerDates } from '../identity/index.js';
import { BackupService } from './backup.service.js';
import {
  BackupChangeDto,
  BackupDetailDto,
  BackupFileDto,
  BackupRequestedDto,
  LatestBackupResultDto,
  LatestBackupsDto,
  LatestBackupsRequestDto,
  SubnetDto,
  toChangeDto,
  toDetailDto,
  toFileDto,
  toLatestDto,
  toSubnetDto,
} from './dto/backup.dto.js';
import { BackupNotFound, BackupUnreadable } from './errors.js';

const CAP = 500;
const DESCRIPTION = 'Configuration backup';
const TEXT = 'text/plain; charset=utf-8';
const HTML = 'text/html; charset=utf-8';
const BYTES = 'application/octet-stream';
/** The current path, that of the first generation, and that of an early second one. */
const at = (path = ''): string[] => [`backup/:site${path}`, `backups/:site${path}`, `sites/:site/backups${path}`];
const FileName = (name: string): MethodDecorator => ApiParam({ name, schema: { type: 'string', pattern: '^\\d+\\.rsc$' } });
const SwitchHeader = (name: string, description: string): MethodDecorator =>
  ApiHeader({ name, required: false, description, schema: { type: 'boolean', default: false } });
const anyForm = (json: boolean): MethodDecorator =>
  ApiOkResponse({
    headers: { 'Content-Disposition': { description: 'Only with X-Download', schema: { type: 'string' } } },
    content: {
      ...(json ? { 'application/json': { schema: { $ref: '#/components/schemas/BackupDetailDto' } } } : {}),
      'text/plain': { schema: { type: 'string' } },
      'text/html': { schema: { type: 'string' } },
      [BYTES]: { schema: { type: 'string', format: 'binary' } },
    },
  });

/** One generation speaks of the header being set, the other of its value: on unless it is false or 0. */
const isOn = (value: string | undefined): boolean => value !== undefined && !/^(false|0)$/i.test(value.trim());

@ApiTags('site-backups')
@ApiExtraModels(BackupDetailDto, LatestBackupResultDto)
@Controller()
export class BackupsController {
  constructor(
    private readonly backups: BackupService,
    private readonly dates: CallerDates,
  ) {}

  @Get(at())
  @RequireScope('backup:view')
  @Answers(SiteNotFound, ValidationFailed)
  @ApiOperation({
    operationId: 'listBackups',
    summary: 'Backups of a site, newest first',
    description: `A configuration that did not change is not listed again: its \`confirmed_at\` moves. Without paging parameters the newest ${CAP}.`,
  })
  @ApiOkResponse({ type: BackupFileDto, isArray: true })
  async list(@Ctx() ctx: RequestContext, @IdParam('site') site: SiteId, @Query() page: PageQuery): Promise<BackupFileDto[]> {
    const [backups, dates] = await Promise.all([this.backups.list(ctx, site, sliceOf(page, CAP)), this.dates.of(ctx)]);
    return backups.map((backup) => toFileDto(backup, dates));
  }

  @Post(at())
  @HttpCode(202)
  @RequireScope('backup:create')
  @Answers(SiteNotFound, SiteBeingDeleted, BackupUnavailable, ValidationFailed)
  @ApiHeader({ name: 'X-Idempotency-Key', required: false, schema: { type: 'string', format: 'uuid' } })
  @ApiOperation({
    operationId: 'requestBackup',
    summary: 'Ask the router for a fresh backup',
    description:
      'The file appears when the router has polled and uploaded it, behind the jobs before it. A request that waits already is the same one.',
  })
  @ApiAcceptedResponse({ type: BackupRequestedDto })
  async request(
    @Ctx() ctx: RequestContext,
    @IdParam('site') site: SiteId,
    @Headers('x-idempotency-key') key: string | undefined,
  ): Promise<BackupRequestedDto> {
    if (key !== undefined && !isUuid(key)) throw new ValidationFailed({ 'X-Idempotency-Key': ['X-Idempotency-Key must be a UUID'] });
    await this.backups.request(ctx, site, {
      description: DESCRIPTION,
      ...(key === undefined ? {} : { idempotencyKey: key.toLowerCase() }),
    });
    return { message: 'Backup requested' };
  }

  @Get(at('/subnets'))
  @RequireScope('backup:view')
  @Answers(SiteNotFound, BackupUnreadable)
  @ApiOperation({
    operationId: 'listBackupSubnets',
    summary: 'Local subnets found in the latest backup; at most as many as the router has addresses',
    description: 'Without disabled addresses, host routes, our own items and the management network. No backup yet: none.',
  })
  @ApiOkResponse({ type: SubnetDto, isArray: true })
  async subnets(@Ctx() ctx: RequestContext, @IdParam('site') site: SiteId): Promise<SubnetDto[]> {
    return (await this.backups.subnets(ctx, site)).map(toSubnetDto);
  }

  @Get(at('/:file'))
  @RequireScope('backup:view')
  @Answers(SiteNotFound, BackupNotFound, BackupUnreadable)
  @FileName('file')
  @SwitchHeader('X-View', 'The raw text.')
  @SwitchHeader('X-Highlight', 'An HTML fragment with its syntax marked up.')
  @SwitchHeader('X-Download', 'Its bytes as a file, as the router sent them. Counts before X-Highlight, and that before X-View.')
  @ApiOperation({ operationId: 'getBackup', summary: 'One backup as JSON, text, highlighted HTML or download' })
  @anyForm(true)
  async get(
    @Ctx() ctx: RequestContext,
    @IdParam('site') site: SiteId,
    @Param('file') file: string,
    @Headers() headers: Record<string, string>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<BackupDetailDto | string | Buffer> {
    const read = await this.backups.get(ctx, site, file);
    if (isOn(headers['x-download'])) return download(reply, read.bytes, `${site}-${file}`);
    if (isOn(headers['x-highlight'])) return as(reply, HTML, highlightExport(read.text));
    if (isOn(headers['x-view'])) return as(reply, TEXT, read.text);
    return toDetailDto(read, await this.dates.of(ctx));
  }

  @Get([...at('/:from/:to'), ...at('/:from/diff/:to')])
  @RequireScope('backup:view')
  @Answers(SiteNotFound, BackupNotFound, BackupUnreadable)
  @FileName('from')
  @FileName('to')
  @SwitchHeader('X-Highlight', 'An HTML fragment.')
  @SwitchHeader('X-Download', 'The diff as a file.')
  @ApiOperation({
    operationId: 'diffBackups',
    summary: 'Unified diff of two backups',
    description:
      'What RouterOS writes anew each time, such as the date in the head, is left out; files that say the same give an empty body.',
  })
  @anyForm(false)
  async diff(
    @Ctx() ctx: RequestContext,
    @IdParam('site') site: SiteId,
    @Param('from') from: string,
    @Param('to') to: string,
    @Headers() headers: Record<string, string>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string | Buffer> {
    const text = await this.backups.diff(ctx, site, from, to);
    if (isOn(headers['x-download'])) return download(reply, Buffer.from(text), `${site}-${from}-${to}.diff`);
    return isOn(headers['x-highlight']) ? as(reply, HTML, highlightDiff(text)) : as(reply, TEXT, text);
  }

  @Get(at('/:from/:to/changes'))
  @RequireScope('backup:view')
  @Answers(SiteNotFound, BackupNotFound, BackupUnreadable)
  @FileName('from')
  @FileName('to')
  @ApiOperation({
    operationId: 'listBackupChanges',
    summary: 'What changed between two backups, item by item (beyond the contract); at most as many as they have items',
  })
  @ApiOkResponse({ type: BackupChangeDto, isArray: true })
  async changes(
    @Ctx() ctx: RequestContext,
    @IdParam('site') site: SiteId,
    @Param('from') from: string,
    @Param('to') to: string,
  ): Promise<BackupChangeDto[]> {
    return (await this.backups.changes(ctx, site, from, to)).map(toChangeDto);
  }

  @Post(['backup/latest', 'backups/latest', 'api/backups/latest'])
  @HttpCode(200)
  @RequireScope('backup:view')
  @Answers(ValidationFailed)
  @ApiTags('bulk-operations')
  @ApiOperation({
    operationId: 'getLatestBackups',
    summary: 'Latest backup of up to 50 sites',
    description: 'Each site is judged by itself; the answer is 200 even when some have none.',
  })
  @ApiOkResponse({ type: LatestBackupsDto })
  async latest(@Ctx() ctx: RequestContext, @Body() { sites }: LatestBackupsRequestDto): Promise<LatestBackupsDto> {
    const found = await this.backups.latest(ctx, [...new Set(sites.map((id) => id.toLowerCase() as SiteId))]);
    return toLatestDto(found, await this.dates.of(ctx));
  }
}

function as(reply: FastifyReply, type: string, text: string): string {
  void reply.header('content-type', type);
  return text;
}

function download(reply: FastifyReply, bytes: Buffer, name: string): Buffer {
  void reply.header('content-type', BYTES).header('content-disposition', `attachment; filename="${name}"`);
  return bytes;
}
