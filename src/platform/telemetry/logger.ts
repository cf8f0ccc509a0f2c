import { Injectable, type LoggerService } from '@nestjs/common';
import { type DestinationStream, type Logger as Pino, pino } from 'pino';

/** Values under these keys never reach the log, wherever they stand in a record. */
const SECRET_KEYS = [
  'authorization',
  'cookie',
  'password',
  'token',
  'secret',
  'script',
  'payload',
  'body',
  'signature',
  'on-event',
  'parameters',
];
const REDACT = SECRET_KEYS.flatMap((key) => [`["${key}"]`, `*["${key}"]`, `*.*["${key}"]`, `*.*.*["${key}"]`]);

type Facts = Record<string, unknown>;

/** Structured log (pino, JSON lines on standard error). Give facts as an object first; they are redacted by key. */
@Injectable()
export class Logger {
  private readonly pino: Pino;

  constructor(level: string, destination: DestinationStream = pino.destination({ dest: 2, sync: false })) {
    this.pino = pino(
      {
        level,
        base: undefined,
        timestamp: pino.stdTimeFunctions.isoTime,
        redact: { paths: REDACT, censor: '[redacted]' },
        serializers: { err: serializeError },
      },
      destination,
    );
  }

  debug(facts: Facts, message: string): void {
    this.pino.debug(facts, message);
  }
  info(facts: Facts, message: string): void {
    this.pino.info(facts, message);
  }
  warn(facts: Facts, message: string): void {
    this.pino.warn(facts, message);
  }
  error(facts: Facts, message: string): void {
    this.pino.error(facts, message);
  }

  /** Nest's own start-up lines, at debug level: the launcher prints what a person needs. */
  forNest(): LoggerService {
    const line =
      (level: 'debug' | 'warn' | 'error') =>
      (message: unknown, ...rest: unknown[]): void =>
        this.pino[level](
          { nest: rest.filter((r) => typeof r === 'string').at(-1), err: message instanceof Error ? message : undefined },
          typeof message === 'string' ? message : 'Nest could not go on',
        );
    return {
      log: line('debug'),
      debug: line('debug'),
      verbose: line('debug'),
      warn: line('warn'),
      error: line('error'),
      fatal: line('error'),
    };
  }
}

/** An error without its data: a failed query's parameters and SQL may hold what a user typed. */
function serializeError(error: unknown): Facts {
  if (!(error instanceof Error)) return { message: String(error) };
  const { code, cause, driverError } = error as Error & {
    code?: unknown;
    driverError?: { code?: unknown; table?: unknown; constraint?: unknown; detail?: unknown };
  };
  return {
    type: error.name,
    message: error.message,
    code: code ?? driverError?.code,
    table: driverError?.table,
    constraint: driverError?.constraint,
    stack: error.stack?.split('\n').slice(1, 9).join('\n'),
    cause: cause instanceof Error ? serializeError(cause) : undefined,
  };
}
