import type { JobId } from '../../platform/context/index.js';
import type { LogEntry } from '../log/log-entry.js';

/** A script that goes to the router as a job of a section. */
export interface SectionJob {
  readonly id: JobId;
  readonly title: string;
  readonly payload: string;
  /** Its line in the orchestration log; null for one that changes nothing on the router. */
  readonly step: Pick<LogEntry, 'type' | 'run' | 'message' | 'context'> | null;
}
