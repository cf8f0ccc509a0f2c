import { Body, Controller, Delete, Get, HttpCode, Post, Put, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { SiteNotFound } from '../../../fleet/index.js';
import { Answers, Ctx, RequireScope } from '../../../platform/access/index.js';
import { type PolicyId, RequestContext, type SiteId } from '../../../platform/context/index.js';
import { ValidationFailed } from '../../../platform/errors/index.js';
import { IdParam, PageQuery, sliceOf } from '../../../platform/http/index.js';
import { DefaultPolicyStays, PolicyLocksOut, PolicyNotFound, PolicySitesUnknown } from '../errors.js';
import {
  ForceQuery,
  idsOf,
  PolicyDto,
  PolicyPreviewDto,
  PolicyPreviewRequestDto,
  PolicyRequestDto,
  PolicySitesRequestDto,
  PolicyUpdateRequestDto,
  PolicyValidationDto,
  requestOf,
  toPolicyDto,
  toPolicyPreviewDto,
  wishOf,
} from './dto/policy.dto.js';
import { locksOut } from './policy-content.js';
import { PolicyService } from './policy.service.js';

const CAP = 500;
/** The current path and the one of the first generation. */
const at = (path: string): string[] => [`control-plane/${path}`, path];

@ApiTags('policies')
@Controller()
export class PoliciesController {
  constructor(private readonly policies: PolicyService) {}

  @Get(at('policies'))
  @RequireScope('cpf:view')
  @Answers(ValidationFailed)
  @ApiOperation({
    operationId: 'listPolicies',
    summary: 'Control-plane policies of the team, the default one first',
    description: 'A team without a policy gets its default one now.',
  })
  @ApiOkResponse({ type: PolicyDto, isArray: true })
  async list(@Ctx() ctx: RequestContext, @Query() page: PageQuery): Promise<PolicyDto[]> {
    return (await this.policies.list(ctx, sliceOf(page, CAP))).map(toPolicyDto);
  }

  @Post(at('policies'))
  @RequireScope('cpf:create')
  @Answers(ValidationFailed, PolicyLocksOut, PolicySitesUnknown)
  @ApiOperation({ operationId: 'createPolicy', summary: 'Create a control-plane policy and move sites onto it' })
  @ApiCreatedResponse({ type: PolicyDto })
  async create(@Ctx() ctx: RequestContext, @Body() body: PolicyRequestDto, @Query() query: ForceQuery): Promise<PolicyDto> {
    return toPolicyDto(await this.policies.create(ctx, requestOf(body, query)));
  }

  @Post(at('policies/preview'))
  @HttpCode(200)
  @RequireScope('cpf:view')
  @Answers(ValidationFailed, SiteNotFound)
  @ApiOperation({
    operationId: 'previewPolicy',
    summary: 'What a policy that is not saved would change on the router of a site (beyond the contract)',
  })
  @ApiOkResponse({ type: PolicyPreviewDto })
  async preview(@Ctx() ctx: RequestContext, @Body() { site, policy }: PolicyPreviewRequestDto): Promise<PolicyPreviewDto> {
    return toPolicyPreviewDto(await this.policies.preview(ctx, site.toLowerCase() as SiteId, wishOf(policy)));
  }

  @Get(at('policies/:id'))
  @RequireScope('cpf:view')
  @Answers(PolicyNotFound)
  @ApiOperation({ operationId: 'getPolicy', summary: 'A control-plane policy with its sites' })
  @ApiOkResponse({ type: PolicyDto })
  async get(@Ctx() ctx: RequestContext, @IdParam('id') id: PolicyId): Promise<PolicyDto> {
    return toPolicyDto(await this.policies.get(ctx, id));
  }

  @Put(at('policies/:id'))
  @RequireScope('cpf:update')
  @Answers(PolicyNotFound, ValidationFailed, PolicyLocksOut, PolicySitesUnknown)
  @ApiOperation({
    operationId: 'updatePolicy',
    summary: 'Replace a control-plane policy and the list of its sites',
    description:
      'Sites that are left out of `sites` go to the default policy; without `sites` they stay. Sites of the default policy stay with it until another policy takes them.',
  })
  @ApiOkResponse({ type: PolicyDto })
  async update(
    @Ctx() ctx: RequestContext,
    @IdParam('id') id: PolicyId,
    @Body() body: PolicyUpdateRequestDto,
    @Query() query: ForceQuery,
  ): Promise<PolicyDto> {
    return toPolicyDto(await this.policies.update(ctx, id, requestOf(body, query)));
  }

  @Delete(at('policies/:id'))
  @HttpCode(204)
  @RequireScope('cpf:delete')
  @Answers(PolicyNotFound, DefaultPolicyStays)
  @ApiOperation({ operationId: 'deletePolicy', summary: 'Delete a policy; its sites go to the default one' })
  @ApiNoContentResponse({ description: 'Policy deleted' })
  remove(@Ctx() ctx: RequestContext, @IdParam('id') id: PolicyId): Promise<void> {
    return this.policies.remove(ctx, id);
  }

  @Post(at('policies/:id/sites'))
  @HttpCode(200)
  @RequireScope('cpf:update', { orScope: 'cpf:create' })
  @Answers(PolicyNotFound, ValidationFailed, PolicySitesUnknown)
  @ApiOperation({ operationId: 'assignPolicySites', summary: 'Move sites onto a policy; those that have it stay' })
  @ApiOkResponse({ type: PolicyDto })
  async assign(@Ctx() ctx: RequestContext, @IdParam('id') id: PolicyId, @Body() { sites }: PolicySitesRequestDto): Promise<PolicyDto> {
    return toPolicyDto(await this.policies.assign(ctx, id, idsOf(sites)));
  }

  @Get(at('policy-validate/:policy'))
  @RequireScope('cpf:view')
  @Answers(PolicyNotFound)
  @ApiOperation({ operationId: 'validatePolicy', summary: 'Whether a policy exists and can be used' })
  @ApiOkResponse({ type: PolicyValidationDto })
  async validate(@Ctx() ctx: RequestContext, @IdParam('policy') id: PolicyId): Promise<PolicyValidationDto> {
    const { policy } = await this.policies.get(ctx, id);
    return { id: policy.id, name: policy.name, slug: policy.slug, default: policy.isDefault, valid: !locksOut(policy) };
  }
}
