import type { ResolvedArgument } from '../../../src/routeros/parser/index.js';
import { UnsupportedByVirtualRouter } from '../errors.js';
import { CONVERSION } from './conversion-builtins.js';
import { FLOW } from './flow-builtins.js';
import type { Interpreter, Step } from './interpreter.js';
import type { Scope } from './scope.js';
import { SYSTEM } from './system-builtins.js';
import { TEXT } from './text-builtins.js';

export type Builtin = (interpreter: Interpreter, args: ResolvedArgument[], scope: Scope) => Step;

const refuse = (name: string): Builtin =>
  function* () {
    throw new UnsupportedByVirtualRouter(`:${name}`);
  };

/** The commands of the root menu. */
export const BUILTIN_COMMANDS: Readonly<Record<string, Builtin | undefined>> = {
  ...FLOW,
  ...TEXT,
  ...CONVERSION,
  ...SYSTEM,
  grep: refuse('grep'),
  lock: refuse('lock'),
  password: refuse('password'),
  undo: refuse('undo'),
  redo: refuse('redo'),
  blink: refuse('blink'),
  'recursive-print': refuse('recursive-print'),
};
