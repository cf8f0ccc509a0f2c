import { script, type Script } from '../script/index.js';

export interface MessageInput {
  /** Sentences of any text, one a line. */
  readonly lines: readonly string[];
  readonly level: 'info' | 'warning' | 'error';
}

/** Prints sentences in the terminal and logs them: how a refused adoption (seats used up, token spent or expired) reaches a person. */
export function renderMessage({ lines, level }: MessageInput): Script {
  return script((s) => {
    for (const line of lines) s.put(line).log(level, line);
  });
}
