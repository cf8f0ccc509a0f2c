/** What each `code` below stands for is the class that has it. */
export type RouterApiErrorCode =
  | 'invalid_command'
  | 'busy'
  | 'unreachable'
  | 'login_refused'
  | 'trap'
  | 'fatal'
  | 'protocol'
  | 'too_large'
  | 'timeout'
  | 'connection_lost'
  | 'cancelled'
  | 'closed';

/** Everything `RouterApi.run` rejects with. Plain errors: what they mean to a caller of our HTTP API is decided there. */
export abstract class RouterApiError extends Error {
  abstract readonly code: RouterApiErrorCode;
  /** Whether the command had gone out. If so and there was no answer, the router may have carried it out all the same. */
  sent = false;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** The caller's command is none; nothing was sent. The message says what would be right. */
export class InvalidCommandError extends RouterApiError {
  readonly code = 'invalid_command';
}

/** Too many commands already wait for this router; nothing was sent. */
export class RouterBusyError extends RouterApiError {
  readonly code = 'busy';
}

/** No connection came about; `cause` is the system's error. */
export class RouterUnreachableError extends RouterApiError {
  readonly code = 'unreachable';
}

/** The router knows the user or the password not, or does not let this user use the API from here. */
export class RouterLoginError extends RouterApiError {
  readonly code = 'login_refused';
}

/** The `category` of a `!trap`, by its number. Source: MikroTik's manual, «API», `!trap`. */
export const TRAP_CATEGORIES = [
  'missing item or command',
  'argument value failure',
  'execution of command interrupted',
  'scripting related failure',
  'general failure',
  'API related failure',
  'TTY related failure',
  'value generated with :return command',
] as const;
export type TrapCategory = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7;

/** The router refused the command or failed at it: its own words. The connection goes on. */
export class RouterTrapError extends RouterApiError {
  readonly code = 'trap';

  constructor(
    message: string,
    /** What kind of failure, where the router says it; most traps do not. */
    readonly category: TrapCategory | undefined,
    /** Every message, first to last: a command on several items may fail for several. */
    readonly messages: readonly string[],
  ) {
    super(message);
  }
}

/** `!fatal`: the router ended the connection and said why. */
export class RouterFatalError extends RouterApiError {
  readonly code = 'fatal';
}

/** What came is not the RouterOS API, or makes no sense in it. The connection was closed. */
export class RouterProtocolError extends RouterApiError {
  readonly code = 'protocol';
}

/** The reply is longer than the caller takes. The connection was closed; ask for less (`.proplist`, a query). */
export class RouterReplyTooLargeError extends RouterApiError {
  readonly code = 'too_large';
}

export type RunPhase = 'line' | 'connect' | 'login' | 'reply';

/** The time was up: in line behind other commands, while connecting, at login or waiting for the reply. */
export class RouterTimeoutError extends RouterApiError {
  readonly code = 'timeout';

  constructor(
    message: string,
    readonly phase: RunPhase,
  ) {
    super(message);
  }
}

/** The connection ended before the reply did. */
export class RouterConnectionLostError extends RouterApiError {
  readonly code = 'connection_lost';
  /** Whether a part of the reply had come. */
  answered = false;
}

/** The caller called the command off; `cause` is its reason. */
export class CommandCancelledError extends RouterApiError {
  readonly code = 'cancelled';
}

/** The client was closed. */
export class RouterApiClosedError extends RouterApiError {
  readonly code = 'closed';
}
