import { NotFound } from '../../platform/errors/index.js';

export class LogGroupUnknown extends NotFound {
  static override readonly code = 'log_group_not_found';
  static override readonly help = 'There are three log groups, written exactly so: cve-scan-log, sites, AuditLog.';
  constructor(name: string) {
    super(`There is no log group ${JSON.stringify(name.slice(0, 40))}; there are cve-scan-log, sites and AuditLog, written exactly so.`);
  }
}

export class LogStreamUnknown extends NotFound {
  static override readonly code = 'log_stream_not_found';
  static override readonly help =
    'A stream of `sites` is the id of a site of your team, deleted ones included while their log is kept; one of `AuditLog` the id of your team, or of a person who is in it or acted in it. `cve-scan-log` has no streams yet.';
  constructor(names: readonly string[]) {
    super(
      `There is no such stream in this log group of your team: ${names
        .slice(0, 20)
        .map((name) => name.slice(0, 64))
        .join(', ')}.`,
    );
  }
}
