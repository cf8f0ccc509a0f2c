import { DomainError, NotFound } from '../../platform/errors/index.js';

export class BackupNotFound extends NotFound {
  static override readonly code = 'backup_not_found';
  static override readonly help =
    'This site has no backup of that name. The list of its backups has the names; versions that are too old are thinned out.';
  constructor() {
    super('This site has no backup of that name.');
  }
}

export class UploadEnded extends DomainError {
  static readonly code = 'upload_ended';
  static readonly type = 'invalid_request_error';
  static readonly status = 409;
  static readonly help = 'This upload is over: its export has come already, its time is up, or another one replaced it.';
  constructor() {
    super('This upload is over; a router gets leave for another one with its next backup.');
  }
}

export class NotAnExport extends DomainError {
  static readonly code = 'not_an_export';
  static readonly type = 'unprocessable_entity';
  static readonly status = 422;
  static readonly help = 'What was uploaded is no text that RouterOS exports, or it is empty. It was not kept.';
  constructor(why: string) {
    super(`This is no RouterOS export: ${why}.`);
  }
}

export class BackupUnreadable extends DomainError {
  static readonly code = 'backup_unreadable';
  static readonly type = 'api_error';
  static readonly status = 503;
  static readonly help =
    'The backup is known and its content cannot be read from the store just now: the folder or the bucket is away, or APP_KEY is another one. The log has the reason.';
  constructor(cause: unknown) {
    super('The content of this backup cannot be read from the store just now.', { cause });
  }
}

export class SftpLoginRefused extends DomainError {
  static readonly code = 'sftp_login_refused';
  static readonly type = 'authentication_error';
  static readonly status = 401;
  static readonly help =
    'The user name is no site, or the password is wrong, was used before or is too old. Each password is good for one login.';
  constructor() {
    super('This user name and password are not good for a login.');
  }
}
