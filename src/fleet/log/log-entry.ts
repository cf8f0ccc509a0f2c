import type { JobId, SiteId, TeamId } from '../../platform/context/index.js';

/** How a run stands with this step, in the words of the contract. Completed: nothing more will come of it. */
export type LogStatus = 'Pending' | 'Completed' | 'Failed';

/** One step to be written down. */
export interface LogEntry {
  readonly teamId: TeamId;
  readonly siteId: SiteId;
  /** `<thing>.<what happened>`, lower case; stable, for filters of programs name it. */
  readonly type: string;
  readonly status: LogStatus;
  /** One sentence for people. */
  readonly message: string;
  /** The job that it is about; readers find its token in the message. */
  readonly jobId?: JobId | null;
  /** What it is a step of, as `jobRun` and `sectionRun` name it; absent where it stands alone. */
  readonly run?: string | null;
  /** Ids and facts. Never a secret, never a script: they stay for months and everybody with `logs:view` reads them. */
  readonly context?: Readonly<Record<string, unknown>>;
}

/** The steps of one job. The statement that claims a job makes the same text. */
export const jobRun = (id: JobId): string => `job ${id}`;

/** What a run brings into force; undefined where it is none of a section. Undoes `sectionRun`. */
export function sectionOf(run: string | null): { section: string; generation: number } | undefined {
  const found = /^section (\S+) (\d+)$/.exec(run ?? '');
  return found ? { section: found[1]!, generation: Number(found[2]) } : undefined;
}

/** The steps that bring one wish of a section into force. The statement that marks sections makes the same text. */
export const sectionRun = (section: string, generation: number): string => `section ${section} ${generation}`;

/** Longest message that is kept; what routers say may be longer. Characters. */
export const MESSAGE_LIMIT = 2000;
