import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { SiteNotFound } from '../../../fleet/index.js';
import { Answers, Ctx, InternalOnly } from '../../../platform/access/index.js';
import { RequestContext, type SiteId } from '../../../platform/context/index.js';
import { ValidationFailed } from '../../../platform/errors/index.js';
import { IdParam } from '../../../platform/http/index.js';
import { renderScriptCall } from '../../../routeros/render/index.js';
import {
  RouterBusy,
  RouterCommandInvalid,
  RouterDidNotAnswer,
  RouterLoginRefused,
  RouterRefused,
  RouterUnreachable,
  SiteNotConnected,
  TunnelUnavailable,
} from '../errors.js';
import { ExecuteDto, SyncDto } from './dto/live.dto.js';
import { LiveRouters } from './live-routers.js';

type Answer = Record<string, string> | readonly Record<string, string>[];

const LIVE_ERRORS = [
  ...[SiteNotFound, TunnelUnavailable, SiteNotConnected, RouterUnreachable, RouterLoginRefused, RouterDidNotAnswer],
  ...[RouterBusy, RouterRefused, RouterCommandInvalid, ValidationFailed],
];
const RESULT = {
  schema: {
    oneOf: [
      { type: 'array', items: { type: 'object', additionalProperties: true } },
      { type: 'object', additionalProperties: true },
    ],
  },
};

/** Live commands for other services. */
@ApiTags('router-commands')
@Controller('control-plane/:site/sync')
export class LiveController {
  constructor(private readonly live: LiveRouters) {}

  @Post()
  @HttpCode(200)
  @InternalOnly()
  @Answers(...LIVE_ERRORS)
  @ApiOperation({
    operationId: 'siteSync',
    summary: 'Print or run a RouterOS command through the management tunnel',
    description: 'Rows of a print; for other commands what they return: `{"ret": "*1"}` for an added item, `{}` for nothing.',
  })
  @ApiOkResponse(RESULT)
  async sync(@Ctx() ctx: RequestContext, @IdParam('site') siteId: SiteId, @Body() body: SyncDto): Promise<Answer> {
    return this.command(await this.live.ofAnyTeam(ctx, siteId), siteId, body.path, wordsOf(body));
  }

  @Post('execute')
  @HttpCode(200)
  @InternalOnly()
  @Answers(...LIVE_ERRORS)
  @ApiOperation({
    operationId: 'siteSyncExecute',
    summary: 'Run a command, or a script when no path is given',
    description: 'A script answers `{"output": …}`, what it printed. Its lines are `parameters`, its arguments `variables`.',
  })
  @ApiOkResponse(RESULT)
  async execute(@Ctx() ctx: RequestContext, @IdParam('site') siteId: SiteId, @Body() body: ExecuteDto): Promise<Answer> {
    const team = await this.live.ofAnyTeam(ctx, siteId);
    const { path, parameters = [], variables = {} } = body;
    if (path !== undefined && path !== '') return this.command(team, siteId, path, wordsOf(body));
    if (!parameters.length)
      throw new ValidationFailed({ parameters: ['parameters must hold the lines of a script when there is no path'] });
    const script = renderScriptCall({
      source: parameters.join('\n'),
      variables: checked(variables, /^[A-Za-z][A-Za-z0-9]{0,62}$/, 'a RouterOS variable: letters and digits, a letter first'),
    }).toString();
    const { ret } = await this.live.run(team, siteId, { path: '/execute', words: [`=script=${script}`, '=as-string='] });
    return { output: ret ?? '' };
  }

  private async command(ctx: RequestContext, siteId: SiteId, path: string, words: string[]): Promise<Answer> {
    const { rows, ret } = await this.live.run(ctx, siteId, { path, words });
    if (rows.length || /\/(?:print|getall|listen|find)$/.test(path)) return rows;
    return ret === undefined ? {} : { ret };
  }
}

/** Words of a command: those given, and its variables as arguments. @throws ValidationFailed */
function wordsOf({ parameters = [], variables = {} }: ExecuteDto): string[] {
  const values = checked(variables, /^[a-z0-9.][a-z0-9.-]{0,62}$/i, 'an argument: letters, digits, dots and -');
  const text = (value: string | number | boolean): string => (typeof value === 'boolean' ? (value ? 'yes' : 'no') : String(value));
  return [...parameters, ...Object.entries(values).map(([name, value]) => `=${name}=${text(value)}`)];
}

/** @throws ValidationFailed */
function checked(variables: Record<string, unknown>, names: RegExp, what: string): Record<string, string | number | boolean> {
  for (const [name, value] of Object.entries(variables)) {
    const right = typeof value === 'string' || typeof value === 'boolean' || Number.isSafeInteger(value);
    if (!right)
      throw new ValidationFailed({ [`variables.${name}`]: [`variables.${name.slice(0, 40)} must be a text, a whole number or a boolean`] });
    if (!names.test(name)) throw new ValidationFailed({ [`variables.${name}`]: [`variables.${name.slice(0, 40)} is no name of ${what}`] });
  }
  return variables as Record<string, string | number | boolean>;
}
