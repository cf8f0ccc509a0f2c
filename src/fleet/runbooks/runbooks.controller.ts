import { Body, Controller, Delete, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Answers, Ctx, RequireScope } from '../../platform/access/index.js';
import { type BootstrapTokenId, RequestContext, type RunbookId, type SiteId } from '../../platform/context/index.js';
import { NotFound, ValidationFailed } from '../../platform/errors/index.js';
import { IdParam, PageQuery, sliceOf } from '../../platform/http/index.js';
import { RunbookNotFound, SiteBeingDeleted, SiteNotFound } from '../errors.js';
import { BootstrapTokenDto, RunbookCreateDto, RunbookDto, toBootstrapTokenDto, toRunbookDto, TokenWishDto } from './dto/runbook.dto.js';
import { RunbookService } from './runbook.service.js';

const CAP = 500;

/** The contract documents only reading a runbook; the rest is in its style. */
@ApiTags('runbooks')
@Controller()
export class RunbooksController {
  constructor(private readonly runbooks: RunbookService) {}

  @Get(['runbook', 'runbooks'])
  @RequireScope('site:view')
  @Answers(ValidationFailed)
  @ApiOperation({ operationId: 'listRunbooks', summary: 'Runbooks of the team, oldest first (beyond the contract)' })
  @ApiOkResponse({ type: RunbookDto, isArray: true })
  async list(@Ctx() ctx: RequestContext, @Query() page: PageQuery): Promise<RunbookDto[]> {
    return (await this.runbooks.list(ctx, sliceOf(page, CAP))).map((r) => toRunbookDto(r, this.runbooks));
  }

  @Post(['runbook', 'runbooks'])
  @RequireScope('site:update')
  @Answers(ValidationFailed)
  @ApiOperation({
    operationId: 'createRunbook',
    summary: 'Create a runbook with its bootstrap command (beyond the contract)',
    description: 'Its command is reusable unless `reusable` is false.',
  })
  @ApiCreatedResponse({ type: RunbookDto })
  async create(@Ctx() ctx: RequestContext, @Body() body: RunbookCreateDto): Promise<RunbookDto> {
    return toRunbookDto(
      await this.runbooks.create(ctx, { name: body.name, reusable: body.reusable ?? true, expiresAt: body.expires_at }),
      this.runbooks,
    );
  }

  @Get(['runbook/:id', 'runbooks/:id'])
  @RequireScope('site:view')
  @Answers(RunbookNotFound)
  @ApiOperation({ operationId: 'getRunbook', summary: 'Runbook with its bootstrap command' })
  @ApiOkResponse({ type: RunbookDto })
  async get(@Ctx() ctx: RequestContext, @IdParam('id') id: RunbookId): Promise<RunbookDto> {
    return toRunbookDto(await this.runbooks.get(ctx, id), this.runbooks);
  }

  @Delete(['runbook/:id', 'runbooks/:id'])
  @HttpCode(204)
  @RequireScope('site:update')
  @Answers(RunbookNotFound)
  @ApiOperation({
    operationId: 'deleteRunbook',
    summary: 'Delete a runbook; its commands stop working, its sites stay (beyond the contract)',
  })
  @ApiNoContentResponse({ description: 'Runbook deleted' })
  remove(@Ctx() ctx: RequestContext, @IdParam('id') id: RunbookId): Promise<void> {
    return this.runbooks.remove(ctx, id);
  }

  @Get(['runbook/:id/token', 'runbooks/:id/tokens'])
  @RequireScope('site:view')
  @Answers(RunbookNotFound)
  @ApiOperation({
    operationId: 'listRunbookTokens',
    summary: 'Bootstrap tokens of a runbook, newest first, at most 500 (beyond the contract)',
  })
  @ApiOkResponse({ type: BootstrapTokenDto, isArray: true })
  async tokens(@Ctx() ctx: RequestContext, @IdParam('id') id: RunbookId): Promise<BootstrapTokenDto[]> {
    return (await this.runbooks.tokensOf(ctx, id)).map((t) => toBootstrapTokenDto(t, this.runbooks));
  }

  @Post(['runbook/:id/token', 'runbooks/:id/tokens'])
  @RequireScope('site:update')
  @Answers(RunbookNotFound, ValidationFailed)
  @ApiOperation({
    operationId: 'replaceRunbookToken',
    summary: 'Give a runbook a new command; the ones before stop working (beyond the contract)',
  })
  @ApiCreatedResponse({ type: RunbookDto })
  async replaceToken(@Ctx() ctx: RequestContext, @IdParam('id') id: RunbookId, @Body() body: TokenWishDto): Promise<RunbookDto> {
    return toRunbookDto(
      await this.runbooks.replaceToken(ctx, id, { reusable: body.reusable ?? true, expiresAt: body.expires_at }),
      this.runbooks,
    );
  }

  @Post(['site/:site/bootstrap', 'sites/:site/bootstrap'])
  @RequireScope('site:update')
  @Answers(SiteNotFound, SiteBeingDeleted, ValidationFailed)
  @ApiOperation({
    operationId: 'createSiteBootstrap',
    summary: 'A bootstrap command for this very site (beyond the contract)',
    description:
      'The router that runs it serves the site from then on, in place of the one before. It works once unless `reusable` is true; earlier commands of the site stop working.',
  })
  @ApiCreatedResponse({ type: BootstrapTokenDto })
  async siteToken(@Ctx() ctx: RequestContext, @IdParam('site') site: SiteId, @Body() body: TokenWishDto): Promise<BootstrapTokenDto> {
    return toBootstrapTokenDto(
      await this.runbooks.tokenForSite(ctx, site, { reusable: body.reusable ?? false, expiresAt: body.expires_at }),
      this.runbooks,
    );
  }

  @Delete('bootstrap-token/:token')
  @HttpCode(204)
  @RequireScope('site:update')
  @Answers(NotFound)
  @ApiOperation({ operationId: 'revokeBootstrapToken', summary: 'Revoke one bootstrap command (beyond the contract)' })
  @ApiNoContentResponse({ description: 'Revoked' })
  revoke(@Ctx() ctx: RequestContext, @IdParam('token') token: BootstrapTokenId): Promise<void> {
    return this.runbooks.revoke(ctx, token);
  }
}
