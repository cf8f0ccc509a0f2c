import { Controller, Get, Header, Param } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Public, Answers } from '../access/index.js';
import { NotFound } from '../errors/index.js';
import { findErrorClass } from './error-catalogue.js';

/** Where every error's `doc_url` leads. */
@ApiTags('errors')
@Controller('errors')
export class ErrorPagesController {
  @Get(':code')
  @Public()
  @Answers(NotFound)
  @Header('content-type', 'text/plain; charset=utf-8')
  @ApiOperation({ operationId: 'getErrorPage', summary: 'What an error code means and what helps' })
  @ApiOkResponse({ content: { 'text/plain': { schema: { type: 'string' } } } })
  page(@Param('code') code: string): string {
    const error = findErrorClass(code);
    if (!error) throw new NotFound(`There is no error called ${JSON.stringify(code)}.`);
    return `${error.code} (HTTP ${error.status}, ${error.type})\n\n${error.help}\n`;
  }
}
