/** Live commands on routers: a client of the RouterOS API (docs/live-commands.md). */
export { type ApiCommand } from './command.js';
export {
  CommandCancelledError,
  InvalidCommandError,
  RouterApiClosedError,
  RouterApiError,
  RouterBusyError,
  RouterConnectionLostError,
  RouterFatalError,
  RouterLoginError,
  RouterProtocolError,
  RouterReplyTooLargeError,
  RouterTimeoutError,
  RouterTrapError,
  RouterUnreachableError,
  TRAP_CATEGORIES,
  type RouterApiErrorCode,
  type RunPhase,
  type TrapCategory,
} from './errors.js';
export { type ApiReply, type ApiRow } from './reply.js';
export { RouterApi, type RouterApiOptions, type RouterTarget, type RunOptions } from './router-api.js';
export { encodeSentence, MalformedSentenceError, SentenceReader, SentenceTooLongError, wordText, type SentenceLimits } from './sentence.js';
