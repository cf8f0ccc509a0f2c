import type { MigrationInterface, QueryRunner } from 'typeorm';

export class JobOrigin1795500000000 implements MigrationInterface {
  readonly name = 'JobOrigin1795500000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only.'));
  }
}

/** Jobs on their way when this version starts belong to the modules that wait for them. */
const STATEMENTS = [
  'ALTER TABLE "job" ADD "origin" text',
  "SELECT set_config('rosfleet.team', '*', true)",
  `UPDATE job SET origin = 'developers' WHERE state IN ('pending', 'sent', 'busy') AND id IN (SELECT job_id FROM asynchronous_request)`,
  `UPDATE job SET origin = 'transient' WHERE state IN ('pending', 'sent', 'busy')
     AND id IN (SELECT install_job_id FROM transient_opening UNION ALL SELECT removal_job_id FROM transient_opening)`,
];
