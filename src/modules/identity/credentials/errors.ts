import { DomainError, NotFound } from '../../../platform/errors/index.js';

export class CredentialNotFound extends NotFound {
  static override readonly code = 'credential_not_found';
  static override readonly help = 'There is no such API credential in this team; it may have been revoked.';
  constructor() {
    super('There is no such API credential in this team.');
  }
}

export class ApiKeyNotFound extends NotFound {
  static override readonly code = 'api_key_not_found';
  static override readonly help = 'There is no such API key, or it is neither yours nor yours to manage. Ids begin with api_key_.';
  constructor() {
    super('There is no such API key.');
  }
  /** The key service answers the names of fields with every refusal. */
  override extra(): Record<string, unknown> {
    return { errors: { id: [this.message] } };
  }
}

export class KeyPermissionNotHeld extends DomainError {
  static readonly code = 'key_permission_not_held';
  static readonly type = 'permission_error';
  static readonly status = 403;
  static readonly help = 'A key can be given only what its maker may do in the active team: every scope that its permissions stand for.';
  constructor(permissions: readonly string[]) {
    super(`Your roles in this team do not hold all of what these permissions stand for: ${permissions.join(', ')}.`);
  }
  override extra(): Record<string, unknown> {
    return { errors: { permissions: [this.message] } };
  }
}
