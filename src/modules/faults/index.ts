/** The face of faults. */
export { FaultOpened, FaultResolved } from './events.js';
export type { Fault, FaultSeverity } from './fault.entity.js';
export { type FaultReport, FaultService } from './fault.service.js';
export type { FaultKey } from './faults.repository.js';
export { FaultsModule } from './faults.module.js';
