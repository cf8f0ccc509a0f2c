import { Body, Controller, Delete, Get, Header, HttpCode, Patch, Post, Query, StreamableFile } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import { Answers, Ctx, SignedIn, SignedUrl } from '../../../platform/access/index.js';
import { Clock } from '../../../platform/clock/clock.js';
import { type OrganizationId, RequestContext, type WorkspaceId } from '../../../platform/context/index.js';
import { NotFound, PayloadTooLarge, ValidationFailed } from '../../../platform/errors/index.js';
import { PAGE_MAX, PageQuery, type Slice, sliceOf, Takes } from '../../../platform/http/index.js';
import {
  OrganizationDto,
  OrganizationLimitsDto,
  OrganizationListDto,
  toOrganizationDto,
  toOrganizationLimitsDto,
} from './dto/organization.dto.js';
import { OrganizationCreateDto, OrganizationUpdateDto, PICTURE_BODY_LIMIT, toOrganizationChange } from './dto/organization-input.dto.js';
import {
  CredentialLimited,
  OrganizationHasUsage,
  OrganizationNotFound,
  OrganizationTreeFull,
  WorkspaceArchived,
  WorkspaceFull,
  WorkspaceNotFound,
  WorkspaceRoleMissing,
} from './errors.js';
import { oneMore, pageOf } from './lists.js';
import { OrganizationsService, type OrganizationsView } from './organizations.service.js';
import { PICTURE_TYPES } from './picture.js';
import { OrganizationIdParam, WorkspaceIdParam, workspacePublicId } from './public-ids.js';

const binary = { schema: { type: 'string' as const, format: 'binary' } };
const YEAR_SECONDS = 31_536_000;

@ApiTags('gen2-organizations')
@Controller('workspaces/:workspaceId/organizations')
export class OrganizationsController {
  constructor(
    private readonly organizations: OrganizationsService,
    private readonly clock: Clock,
  ) {}

  @Get()
  @SignedIn()
  @Answers(WorkspaceNotFound, CredentialLimited, ValidationFailed)
  @ApiOperation({ operationId: 'listOrganizations', summary: 'List organizations of a workspace, parents before their children' })
  @ApiOkResponse({ type: OrganizationListDto })
  async list(
    @Ctx() ctx: RequestContext,
    @WorkspaceIdParam() workspace: WorkspaceId,
    @Query() page: PageQuery,
  ): Promise<OrganizationListDto> {
    const slice = sliceOf(page, PAGE_MAX);
    return this.page(await this.organizations.list(ctx, workspace, oneMore(slice)), slice);
  }

  @Post()
  @SignedIn()
  @Takes('application/json', PICTURE_BODY_LIMIT)
  @Answers(WorkspaceNotFound, WorkspaceRoleMissing, CredentialLimited, WorkspaceArchived, WorkspaceFull, ValidationFailed, PayloadTooLarge)
  @ApiOperation({
    operationId: 'createOrganization',
    summary: 'Create a top-level organization; a workspace has at most 1000 organizations',
  })
  @ApiCreatedResponse({ type: OrganizationDto })
  async create(
    @Ctx() ctx: RequestContext,
    @WorkspaceIdParam() workspace: WorkspaceId,
    @Body() body: OrganizationCreateDto,
  ): Promise<OrganizationDto> {
    return this.one(await this.organizations.create(ctx, workspace, null, toOrganizationChange(body)));
  }

  @Get('usage.pdf')
  @SignedIn()
  @Answers(WorkspaceNotFound, CredentialLimited)
  @Header('cache-control', 'no-store')
  @ApiOperation({ operationId: 'exportOrganizationUsagePdf', summary: 'Usage and limits of all organizations as PDF' })
  @ApiOkResponse({ description: 'PDF file', content: { 'application/pdf': binary } })
  async usageReport(@Ctx() ctx: RequestContext, @WorkspaceIdParam() id: WorkspaceId): Promise<StreamableFile> {
    const { workspace, tree } = await this.organizations.tree(ctx, id);
    const workspaceId = workspacePublicId(id);
    // Fonts and a PDF writer are loaded by whoever asks for the first report, not by every start.
    const { renderUsageReport } = await import('./usage-report.js');
    const pdf = await renderUsageReport({ workspaceName: workspace.name, workspaceId, at: this.clock.now(), tree });
    const disposition = `attachment; filename="usage-${workspaceId}.pdf"`;
    return new StreamableFile(pdf, { type: 'application/pdf', disposition, length: pdf.length });
  }

  @Get(':organizationId')
  @SignedIn()
  @Answers(WorkspaceNotFound, OrganizationNotFound, CredentialLimited)
  @ApiOperation({ operationId: 'getOrganization', summary: 'Read an organization' })
  @ApiOkResponse({ type: OrganizationDto })
  async get(
    @Ctx() ctx: RequestContext,
    @WorkspaceIdParam() workspace: WorkspaceId,
    @OrganizationIdParam() id: OrganizationId,
  ): Promise<OrganizationDto> {
    return this.one(await this.organizations.get(ctx, workspace, id));
  }

  @Patch(':organizationId')
  @SignedIn()
  @Takes('application/json', PICTURE_BODY_LIMIT)
  @Answers(WorkspaceNotFound, OrganizationNotFound, WorkspaceRoleMissing, CredentialLimited, WorkspaceArchived)
  @Answers(ValidationFailed, PayloadTooLarge)
  @ApiOperation({ operationId: 'updateOrganization', summary: 'Change name, limits, logo or branding' })
  @ApiOkResponse({ type: OrganizationDto })
  async update(
    @Ctx() ctx: RequestContext,
    @WorkspaceIdParam() workspace: WorkspaceId,
    @OrganizationIdParam() id: OrganizationId,
    @Body() body: OrganizationUpdateDto,
  ): Promise<OrganizationDto> {
    return this.one(await this.organizations.update(ctx, workspace, id, toOrganizationChange(body)));
  }

  @Delete(':organizationId')
  @HttpCode(204)
  @SignedIn()
  @Answers(WorkspaceNotFound, OrganizationNotFound, WorkspaceRoleMissing, CredentialLimited, WorkspaceArchived, OrganizationHasUsage)
  @ApiOperation({
    operationId: 'deleteOrganization',
    summary: 'Delete an organization with everything below it, when there is no team and no usage',
  })
  @ApiNoContentResponse({ description: 'Deleted' })
  remove(@Ctx() ctx: RequestContext, @WorkspaceIdParam() workspace: WorkspaceId, @OrganizationIdParam() id: OrganizationId): Promise<void> {
    return this.organizations.remove(ctx, workspace, id);
  }

  @Post(':organizationId/children')
  @SignedIn()
  @Takes('application/json', PICTURE_BODY_LIMIT)
  @Answers(WorkspaceNotFound, OrganizationNotFound, WorkspaceRoleMissing, CredentialLimited, WorkspaceArchived)
  @Answers(WorkspaceFull, OrganizationTreeFull, ValidationFailed, PayloadTooLarge)
  @ApiOperation({
    operationId: 'createChildOrganization',
    summary: 'Create an organization below another: at most 100 direct children and 10 levels',
  })
  @ApiCreatedResponse({ type: OrganizationDto })
  async createChild(
    @Ctx() ctx: RequestContext,
    @WorkspaceIdParam() workspace: WorkspaceId,
    @OrganizationIdParam() parent: OrganizationId,
    @Body() body: OrganizationCreateDto,
  ): Promise<OrganizationDto> {
    return this.one(await this.organizations.create(ctx, workspace, parent, toOrganizationChange(body)));
  }

  @Get(':organizationId/parent')
  @SignedIn()
  @Answers(WorkspaceNotFound, OrganizationNotFound, CredentialLimited)
  @ApiOperation({ operationId: 'getParentOrganization', summary: 'Read the parent of an organization' })
  @ApiOkResponse({ type: OrganizationDto })
  async parent(
    @Ctx() ctx: RequestContext,
    @WorkspaceIdParam() workspace: WorkspaceId,
    @OrganizationIdParam() id: OrganizationId,
  ): Promise<OrganizationDto> {
    return this.one(await this.organizations.parent(ctx, workspace, id));
  }

  @Get(':organizationId/descendants')
  @SignedIn()
  @Answers(WorkspaceNotFound, OrganizationNotFound, CredentialLimited, ValidationFailed)
  @ApiOperation({ operationId: 'listOrganizationDescendants', summary: 'List all organizations below one, parents before their children' })
  @ApiOkResponse({ type: OrganizationListDto })
  async descendants(
    @Ctx() ctx: RequestContext,
    @WorkspaceIdParam() workspace: WorkspaceId,
    @OrganizationIdParam() id: OrganizationId,
    @Query() page: PageQuery,
  ): Promise<OrganizationListDto> {
    const slice = sliceOf(page, PAGE_MAX);
    return this.page(await this.organizations.descendants(ctx, workspace, id, oneMore(slice)), slice);
  }

  @Get(':organizationId/limits')
  @SignedIn()
  @Answers(WorkspaceNotFound, OrganizationNotFound, CredentialLimited)
  @ApiOperation({ operationId: 'getOrganizationLimits', summary: 'Usage, limit and free capacity per meter' })
  @ApiOkResponse({ type: OrganizationLimitsDto })
  async limits(
    @Ctx() ctx: RequestContext,
    @WorkspaceIdParam() workspace: WorkspaceId,
    @OrganizationIdParam() id: OrganizationId,
  ): Promise<OrganizationLimitsDto> {
    const { organization, capacities } = await this.organizations.capacities(ctx, workspace, id);
    return toOrganizationLimitsDto(organization, capacities);
  }

  @Get(':organizationId/picture')
  @SignedUrl()
  @Answers(NotFound)
  @ApiQuery({ name: 'digest', schema: { type: 'string' }, description: 'Which picture: the URL of one that was replaced leads nowhere.' })
  @ApiQuery({ name: 'signature', schema: { type: 'string' } })
  @Header('cache-control', `public, max-age=${YEAR_SECONDS}, immutable`)
  @Header('x-content-type-options', 'nosniff')
  @ApiOperation({ operationId: 'getOrganizationPicture', summary: 'The uploaded logo of an organization (beyond the contract)' })
  @ApiOkResponse({ description: 'Image', content: Object.fromEntries(PICTURE_TYPES.map((type) => [type, binary])) })
  async picture(
    @Ctx() ctx: RequestContext,
    @WorkspaceIdParam() workspace: WorkspaceId,
    @OrganizationIdParam() id: OrganizationId,
    @Query('digest') digest: string,
  ): Promise<StreamableFile> {
    const { mediaType, content } = await this.organizations.picture(ctx, workspace, id, digest);
    return new StreamableFile(content, { type: mediaType, length: content.length });
  }

  private one(view: OrganizationsView): OrganizationDto {
    return this.dtos(view)[0]!;
  }

  private page(view: OrganizationsView, slice: Slice): OrganizationListDto {
    return pageOf(this.dtos(view), slice);
  }

  private dtos({ organizations, tree }: OrganizationsView): OrganizationDto[] {
    return organizations.map((o) => toOrganizationDto(o, tree, this.organizations.pictureUrl(o)));
  }
}
