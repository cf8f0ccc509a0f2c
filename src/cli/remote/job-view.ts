import type { Cell } from './table.js';

/** A job as the API answers it, as far as commands need it. */
export interface JobView {
  readonly id: string;
  readonly token: string;
  readonly site_id: string;
  readonly description: string;
  readonly state: 'pending' | 'sent' | 'busy' | 'done' | 'failed';
  readonly created_at: string;
  readonly started_at: string | null;
  readonly completed_at: string | null;
  readonly failed_at: string | null;
  readonly failure_reason: string | null;
  readonly script: string;
  readonly log_url: string;
}

export const isOver = ({ state }: JobView): boolean => state === 'done' || state === 'failed';

/** What `--json` shows of a job: names and meanings stay as they are. */
export const jobJson = ({
  id,
  token,
  site_id,
  description,
  state,
  created_at,
  started_at,
  completed_at,
  failed_at,
  failure_reason,
}: JobView) => ({
  ...{ id, token, site_id, description, state, created_at, started_at, completed_at, failed_at, failure_reason },
});

export const jobState = ({ state }: JobView): Cell => ({
  text: state,
  colour: state === 'failed' ? 'red' : state === 'done' ? 'green' : 'yellow',
});

/** A moment for people: local time, to the second. */
export const moment = (iso: string | null): string => {
  if (!iso) return '';
  const at = new Date(iso);
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
};
