import { Logger } from '../../src/platform/telemetry/logger.js';

/** A logger whose lines can be read and are printed nowhere. */
export class RecordingLogger extends Logger {
  readonly lines: Record<string, unknown>[] = [];

  constructor() {
    const lines: Record<string, unknown>[] = [];
    super('debug', { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) });
    this.lines = lines;
  }

  messages(): string[] {
    return this.lines.map((line) => String(line['msg']));
  }
}
