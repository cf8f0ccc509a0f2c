import type { RosValue } from '../values/value.js';

/** `:return` on its way out of a function. */
export class ReturnSignal {
  constructor(readonly value: RosValue) {}
}
/** `:break` and `:continue` (7.22). */
export class LoopSignal {
  constructor(readonly kind: 'break' | 'continue') {}
}
/** `:quit` and `:exit`: the script ends without an error. */
export class ExitSignal {}
