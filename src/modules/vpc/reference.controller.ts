import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { RequireScope } from '../../platform/access/index.js';
import { ProtocolEntryDto, ServiceEntryDto } from './dto/reference.dto.js';
import { PROTOCOLS, SERVICES } from './reference.js';

@ApiTags('security groups')
@Controller('vpc/reference')
export class ReferenceController {
  @Get('protocols')
  @RequireScope('securitygroup:view')
  @ApiOperation({ operationId: 'listReferenceProtocols', summary: 'IP protocols for rules; at most 256, always the same' })
  @ApiOkResponse({ type: ProtocolEntryDto, isArray: true })
  protocols(): readonly ProtocolEntryDto[] {
    return PROTOCOLS;
  }

  @Get('services')
  @RequireScope('securitygroup:view')
  @ApiOperation({ operationId: 'listReferenceServices', summary: 'Common services with protocol and port; at most 100, always the same' })
  @ApiOkResponse({ type: ServiceEntryDto, isArray: true })
  services(): readonly ServiceEntryDto[] {
    return SERVICES;
  }
}
