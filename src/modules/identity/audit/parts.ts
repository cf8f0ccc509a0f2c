import type { Provider, Type } from '@nestjs/common';
import { AuditPeople } from '../../../platform/audit/index.js';
import { AuditLog } from './audit-log.js';
import { AuditController } from './audit.controller.js';
import { IdentityAuditPeople } from './identity-audit-people.js';

export const AUDIT_CONTROLLERS: Type[] = [AuditController];

export const AUDIT_PROVIDERS: Provider[] = [...[AuditLog], { provide: AuditPeople, useClass: IdentityAuditPeople }];
