import { Body, Controller, Get, Header, Headers, HttpCode, Param, Post } from '@nestjs/common';
import { ApiBody, ApiHeader, ApiOkResponse, ApiOperation, ApiParam, ApiProperty, ApiQuery, ApiTags } from '@nestjs/swagger';
import { Answers, InternalOnly, SignedUrl } from '../../platform/access/index.js';
import { isUuid, type JobId } from '../../platform/context/index.js';
import { PayloadTooLarge, UnsupportedMediaType, ValidationFailed } from '../../platform/errors/index.js';
import { Takes } from '../../platform/http/index.js';
import { NotAnExport, SftpLoginRefused, UploadEnded } from './errors.js';
import { Parts, readRange } from './parts.js';
import { type SftpRights, SftpLogins } from './sftp/sftp-logins.js';

/** Twice what the script sends. */
const PIECE_BYTES = 65_536;

/** Where routers bring exports that SFTP does not let through. */
@ApiTags('site-backups')
@Controller()
export class UploadsController {
  constructor(private readonly parts: Parts) {}

  @Post('job/:job/backup')
  @HttpCode(200)
  @SignedUrl()
  @Takes('application/octet-stream', PIECE_BYTES)
  @Answers(UploadEnded, NotAnExport, PayloadTooLarge, UnsupportedMediaType, ValidationFailed)
  @ApiParam({ name: 'job', schema: { type: 'string', format: 'uuid' } })
  @ApiQuery({ name: 'signature', required: true, schema: { type: 'string' } })
  @ApiQuery({ name: 'expires', required: true, schema: { type: 'integer' } })
  @ApiHeader({ name: 'Content-Range', required: true, schema: { type: 'string', example: 'bytes 0-32767/200000' } })
  @ApiBody({ required: true, schema: { type: 'string', format: 'binary' }, description: 'These bytes of the export.' })
  @Header('content-type', 'text/plain; charset=utf-8')
  @ApiOperation({
    operationId: 'uploadBackupPart',
    summary: 'Router uploads a piece of its export through a signed URL (beyond the contract)',
    description: 'Pieces come in any order and more than once; with the last missing one the export is kept and answered with `complete`.',
  })
  @ApiOkResponse({ content: { 'text/plain': { schema: { type: 'string', enum: ['taken', 'complete'] } } } })
  async upload(@Param('job') job: string, @Headers('content-range') range: string | undefined, @Body() body: unknown): Promise<string> {
    if (!isUuid(job)) throw new UploadEnded();
    const bytes = Buffer.isBuffer(body) ? body : Buffer.alloc(0);
    return (await this.parts.take(job.toLowerCase() as JobId, readRange(range, bytes.length), bytes)) ? 'complete' : 'taken';
  }
}

export class SftpUserConfigDto {
  @ApiProperty({ description: 'Name of the role that may upload.' })
  Role!: string;
  @ApiProperty({ description: '`/<store>/<site>`: the folder that the login is confined to.' })
  HomeDirectory!: string;
  @ApiProperty({ description: 'What the login may do there, JSON as a string.' })
  Policy!: string;
}

/** Where an SFTP gateway that is not ours asks who may log in. */
@ApiTags('sftp-auth')
@Controller()
export class SftpAuthController {
  constructor(private readonly logins: SftpLogins) {}

  @Get('servers/:serverId/users/:username/config')
  @InternalOnly()
  @Answers(SftpLoginRefused)
  @ApiParam({ name: 'serverId', schema: { type: 'string' }, description: 'Which server asks; any name.' })
  @ApiParam({ name: 'username', schema: { type: 'string' }, description: 'Site UUID' })
  @ApiHeader({ name: 'Password', required: true, schema: { type: 'string' }, description: 'Good for one login: asking uses it up.' })
  @ApiOperation({ operationId: 'authenticateSftpUser', summary: 'Check an SFTP log-in and return its storage rights' })
  @ApiOkResponse({ type: SftpUserConfigDto })
  config(@Param('username') username: string, @Headers('password') password: string | undefined): Promise<SftpRights> {
    return this.logins.rights(username, password ?? '');
  }
}
