/** Our names on a router: few, and all recognisable. */
export const POLL_ENTRY = 'rosfleet-poll';
export const BOOT_ENTRY = 'rosfleet-boot';
/** Global that holds the token of the last job this router ran since it booted. */
export const LAST_JOB = 'rosfleetJob';
/** Comments of everything we put there: `rosfleet:<section>:<key>`. */
export const COMMENT_PATTERN = '^rosfleet:';
/** File of an export on its way to us, without its `.rsc`; it lives for seconds. */
export const EXPORT_FILE = 'rosfleet-export';
export const POLL_SECONDS = 30;
/** Comments of the two entries, before the ids of the logging rules that adoption silenced. */
export const POLL_COMMENT = 'rosfleet:poll:';
export const BOOT_COMMENT = 'rosfleet:boot:';
export const ENTRY_COMMENT_PATTERN = '^rosfleet:(poll|boot):';
/**
 * Jobs write files (ftp), add users (policy, password), reboot, capture (sniff) and read secrets (sensitive); what a job may do is what
 * its scheduler entry may do. The contract's read,write,test,api could not run a backup.
 */
export const POLICY = ['ftp', 'reboot', 'read', 'write', 'policy', 'test', 'password', 'sniff', 'sensitive'] as const;
