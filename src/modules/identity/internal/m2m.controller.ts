import { Body, Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Answers, Ctx, InternalOnly, SiteInternalOnly } from '../../../platform/access/index.js';
import { Audited } from '../../../platform/audit/index.js';
import { type OrganizationId, RequestContext, type TeamId, type UserId } from '../../../platform/context/index.js';
import { NotFound, ValidationFailed } from '../../../platform/errors/index.js';
import { IdParam } from '../../../platform/http/index.js';
import { MessageDto, toUserSummary } from '../teams/dto/team.dto.js';
import { shownMobile } from '../users/mobile.js';
import { AccountsDesk } from './accounts-desk.js';
import {
  CveChargeDto,
  CveChargeResultDto,
  M2mEmailDto,
  M2mMobileDto,
  M2mOrganizationDto,
  SeatCountDto,
  toChargeResult,
  TrialEndDto,
  TrialEndSetDto,
} from './dto.js';

/** What other services ask; each route takes one of two tokens and never a person's. */
@ApiTags('internal-m2m')
@Controller()
export class M2mController {
  constructor(private readonly desk: AccountsDesk) {}

  @Get('users/m2m/org-id/:team')
  @InternalOnly()
  @Answers(NotFound)
  @ApiOperation({ operationId: 'm2mGetOrganizationForTeam', summary: 'Organization and owner of a team' })
  @ApiOkResponse({ type: M2mOrganizationDto })
  async organization(@Ctx() ctx: RequestContext, @IdParam('team') teamId: TeamId): Promise<M2mOrganizationDto> {
    const { organizationId, owner } = await this.desk.placeOf(ctx, teamId);
    return { organization_id: organizationId, team_id: teamId, ...(owner ? { owner: toUserSummary(owner) } : {}) };
  }

  @Get('billing/internal/seat-count/:team')
  @SiteInternalOnly()
  @Answers(NotFound)
  @ApiOperation({ operationId: 'internalGetSeatCount', summary: 'Seats of a team and its organization, and how many are free' })
  @ApiOkResponse({ type: SeatCountDto })
  async seats(@Ctx() ctx: RequestContext, @IdParam('team') teamId: TeamId): Promise<SeatCountDto> {
    const { licences, teamAvailable, organizationAvailable } = await this.desk.seatCount(ctx, teamId);
    return { license_count: licences, team_available_seats: teamAvailable, org_available_seats: organizationAvailable };
  }

  @Get('users/m2m/notifiable/email/:user')
  @InternalOnly()
  @Answers(NotFound)
  @ApiOperation({ operationId: 'm2mGetNotifiableEmail', summary: 'E-mail address of a user, and whether it is verified' })
  @ApiOkResponse({ type: M2mEmailDto })
  async email(@Ctx() ctx: RequestContext, @IdParam('user') userId: UserId): Promise<M2mEmailDto> {
    const { id, name, email, emailVerifiedAt } = await this.desk.person(ctx, userId);
    return { id, name, email, email_verified: emailVerifiedAt !== null };
  }

  @Get('users/m2m/notifiable/mobile/:user')
  @InternalOnly()
  @Answers(NotFound)
  @ApiOperation({ operationId: 'm2mGetNotifiableMobile', summary: 'Mobile number of a user, and whether it is verified' })
  @ApiOkResponse({ type: M2mMobileDto })
  async mobile(@Ctx() ctx: RequestContext, @IdParam('user') userId: UserId): Promise<M2mMobileDto> {
    const { id, name, mobile, mobileVerifiedAt } = await this.desk.person(ctx, userId);
    return { id, name, mobile: mobile === null ? null : shownMobile(mobile), mobile_verified: mobileVerifiedAt !== null };
  }

  @Post('users/m2m/charges/cve/:team')
  @HttpCode(200)
  @InternalOnly()
  @Answers(NotFound, ValidationFailed)
  @ApiOperation({
    operationId: 'm2mRecordCveCharge',
    summary: 'Enter a vulnerability scan into the ledger of an organization, once for each report',
  })
  @ApiOkResponse({ type: CveChargeResultDto })
  async charge(@Ctx() ctx: RequestContext, @IdParam('team') teamId: TeamId, @Body() body: CveChargeDto): Promise<CveChargeResultDto> {
    return toChargeResult(await this.desk.charge(ctx, teamId, { siteCount: body.site_count, reportId: body.report_id }));
  }

  @Get('users/m2m/sync/site-count')
  @HttpCode(202)
  @Audited()
  @InternalOnly()
  @ApiOperation({ operationId: 'm2mSyncSiteCount', summary: 'Start a count of the sites of every organization' })
  @ApiAcceptedResponse({ type: MessageDto })
  async recount(@Ctx() ctx: RequestContext): Promise<MessageDto> {
    await this.desk.requestRecount(ctx);
    return { message: 'The count will start in a moment.' };
  }

  @Post('users/m2m/trial_ends_at/:organization')
  @HttpCode(200)
  @InternalOnly()
  @Answers(NotFound, ValidationFailed)
  @ApiOperation({ operationId: 'm2mSetTrialEnd', summary: 'Set the end of the trial of an organization' })
  @ApiOkResponse({ type: TrialEndDto })
  async trialEnd(
    @Ctx() ctx: RequestContext,
    @IdParam('organization') organizationId: OrganizationId,
    @Body() { timestamp }: TrialEndSetDto,
  ): Promise<TrialEndDto> {
    await this.desk.setTrialEnd(ctx, organizationId, new Date(timestamp * 1000));
    return { trial_ends_at: timestamp };
  }
}
