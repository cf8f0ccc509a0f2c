import { Body, Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { SiteBeingDeleted, SiteNotFound } from '../../../fleet/index.js';
import { Answers, Ctx, RequireScope } from '../../../platform/access/index.js';
import { RequestContext, type SiteId } from '../../../platform/context/index.js';
import { ValidationFailed } from '../../../platform/errors/index.js';
import { IdParam } from '../../../platform/http/index.js';
import {
  RouterBusy,
  RouterDidNotAnswer,
  RouterLoginRefused,
  RouterRefused,
  RouterUnreachable,
  SiteNotConnected,
  TunnelAddressesExhausted,
  TunnelUnavailable,
} from '../errors.js';
import { ActionMessageDto, SiteActionDto, SiteNoteDto } from './dto/action.dto.js';
import { SiteActions } from './site-actions.js';
import { SiteNotes } from './site-notes.js';

/** What people do with one router, and write down about it. */
@ApiTags('sites')
@Controller()
export class ActionsController {
  constructor(
    private readonly actions: SiteActions,
    private readonly notes: SiteNotes,
  ) {}

  @Post(['control-plane/:site/action', 'sites/:site/action'])
  @HttpCode(200)
  @RequireScope('site:action')
  @Answers(SiteNotFound, SiteBeingDeleted, TunnelAddressesExhausted, ValidationFailed)
  @ApiOperation({ operationId: 'performSiteAction', summary: 'Take a special action on the router at its next poll' })
  @ApiOkResponse({ type: ActionMessageDto })
  async perform(@Ctx() ctx: RequestContext, @IdParam('site') siteId: SiteId, @Body() { action }: SiteActionDto): Promise<ActionMessageDto> {
    return { message: await this.actions.perform(ctx, siteId, action) };
  }

  @Post('control-plane/:site/resend-scheduler')
  @HttpCode(200)
  @RequireScope('site:action')
  @Answers(SiteNotFound, SiteBeingDeleted, TunnelUnavailable, SiteNotConnected, RouterUnreachable)
  @Answers(RouterLoginRefused, RouterDidNotAnswer, RouterBusy, RouterRefused)
  @ApiTags('scheduler')
  @ApiOperation({
    operationId: 'resendScheduler',
    summary: 'Put the poll entries on the router again, through the tunnel',
    description: 'For a router that is reachable and polls no more. Right entries are left alone.',
  })
  @ApiOkResponse({ type: ActionMessageDto })
  async resend(@Ctx() ctx: RequestContext, @IdParam('site') siteId: SiteId): Promise<ActionMessageDto> {
    await this.actions.resendScheduler(ctx, siteId);
    return { message: 'The poll entries are on the router; it polls within half a minute.' };
  }

  @Get('control-plane/:site/note')
  @RequireScope('site:view')
  @Answers(SiteNotFound)
  @ApiOperation({ operationId: 'getSiteNote', summary: 'The note kept for a site' })
  @ApiOkResponse({ type: SiteNoteDto })
  async note(@Ctx() ctx: RequestContext, @IdParam('site') siteId: SiteId): Promise<SiteNoteDto> {
    return { note: await this.notes.get(ctx, siteId) };
  }

  @Post('control-plane/:site/note')
  @HttpCode(200)
  @RequireScope('site:update')
  @Answers(SiteNotFound, SiteBeingDeleted, ValidationFailed)
  @ApiOperation({ operationId: 'setSiteNote', summary: 'Write the note kept for a site, in place of the one before' })
  @ApiOkResponse({ type: SiteNoteDto })
  async setNote(@Ctx() ctx: RequestContext, @IdParam('site') siteId: SiteId, @Body() { note }: SiteNoteDto): Promise<SiteNoteDto> {
    await this.notes.set(ctx, siteId, note);
    return { note };
  }
}
