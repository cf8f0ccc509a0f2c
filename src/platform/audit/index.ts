import './audit-anchor.entity.js';
import './audit-event.entity.js';

export { AuditEvent } from './audit-event.entity.js';
export { auditRequests, Audited, isAudited, NotAudited } from './audit-hook.js';
export { AuditPeople } from './audit-people.js';
export { type AuditNote, type AuditOrigin, AuditTrail } from './audit-trail.js';
export { type AuditVerdict, verifyAuditLog } from './audit-verifier.js';
