import type { JobId } from '../platform/context/index.js';
import { DomainError, NotFound } from '../platform/errors/index.js';

export class SiteNotFound extends NotFound {
  static override readonly code = 'site_not_found';
  static override readonly help = 'There is no such site in your team. Deleted sites are gone at once from lists.';
  constructor() {
    super('There is no such site in your team.');
  }
}

export class JobNotFound extends NotFound {
  static override readonly code = 'job_not_found';
  static override readonly help = 'This site has no such job; a cancelled job is gone.';
  constructor() {
    super('This site has no such job.');
  }
}

export class SectionNotFound extends NotFound {
  static override readonly code = 'section_not_found';
  static override readonly help = 'GET /sites/{site}/sections names the sections that there are.';
  constructor(name: string) {
    super(`There is no section called ${name.slice(0, 40)}.`);
  }
}

export class RunbookNotFound extends NotFound {
  static override readonly code = 'runbook_not_found';
  static override readonly help = 'There is no such runbook in your team.';
  constructor() {
    super('There is no such runbook in your team.');
  }
}

export class JobAlreadyStarted extends DomainError {
  static readonly code = 'job_already_started';
  static readonly type = 'invalid_request_error';
  static readonly status = 409;
  static readonly help = 'Only a job that no router has received yet can be cancelled.';
  constructor(job: JobId, state: string) {
    super(`Job ${job} is ${state}; only a job that has not started can be deleted.`);
  }
}

export class SiteBeingDeleted extends DomainError {
  static readonly code = 'site_being_deleted';
  static readonly type = 'invalid_request_error';
  static readonly status = 409;
  static readonly help = 'The site is in its grace period: its router is being cleaned and takes nothing new.';
  constructor() {
    super('This site is being deleted and takes nothing new.');
  }
}

export class BackupUnavailable extends DomainError {
  static readonly code = 'backup_unavailable';
  static readonly type = 'invalid_request_error';
  static readonly status = 409;
  static readonly help =
    'This server has no backup service, so a job cannot take a backup first. Send the job without X-Backup, or with X-Backup: false.';
  constructor() {
    super('This server has no backup service; send the job without X-Backup, or it would run without the backup you asked for.');
  }
}

export class BootstrapTokenUnknown extends NotFound {
  static override readonly code = 'bootstrap_token_unknown';
  static override readonly help = 'The bootstrap command carries a token that does not exist. Copy the command again, whole.';
  constructor() {
    super('This bootstrap token does not exist. Copy the command again from its runbook or site, whole.');
  }
}

export class BootstrapTokenEnded extends DomainError {
  static readonly code = 'bootstrap_token_ended';
  static readonly type = 'invalid_request_error';
  static readonly status = 403;
  static readonly help = 'The bootstrap token was used up, revoked or has expired. Make a new bootstrap command.';
  constructor(why: 'spent' | 'revoked' | 'expired') {
    const words = { spent: 'was used by another router and works once only', revoked: 'was revoked', expired: 'has expired' }[why];
    super(`This bootstrap command ${words}. Make a new one for its runbook or site.`);
  }
}

export class SeatsUsedUp extends DomainError {
  static readonly code = 'seats_used_up';
  static readonly type = 'invalid_request_error';
  static readonly status = 402;
  static readonly help =
    'The team, its organization, one above it or the workspace has as many sites as it has seats. Delete a site or raise the limit.';
  constructor(limit: number, of: 'team' | 'organization' | 'workspace') {
    super(`All ${limit} seats of the ${of} are in use. Delete a site or raise the limit, then paste the command again.`);
  }
}

export class HardwareAlreadyAdopted extends DomainError {
  static readonly code = 'hardware_already_adopted';
  static readonly type = 'invalid_request_error';
  static readonly status = 409;
  static readonly help = 'The router already serves another site of the team. Delete that site first, or use its own command.';
  constructor(siteName: string) {
    super(`This router already serves the site «${siteName}». Delete that site first, or use a command of that site.`);
  }
}

export class UnsuitableRouter extends DomainError {
  static readonly code = 'unsuitable_router';
  static readonly type = 'invalid_request_error';
  static readonly status = 422;
  static readonly help = 'RouterOS 7.12 or later is needed, and the router must name itself by a serial number or a software id.';
}

export class MalformedHeartbeat extends DomainError {
  static readonly code = 'malformed_heartbeat';
  static readonly type = 'invalid_request_error';
  static readonly status = 400;
  static readonly help = 'The body is no list of key=value pairs joined by semicolons, as the bootstrap and poll scripts send it.';
  constructor() {
    super('The body is no heartbeat: it has to be key=value pairs joined by semicolons.');
  }
}
