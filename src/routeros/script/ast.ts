/** The shape of a script before it is text. Built by `expression.ts` and `builder.ts`, turned into text by `printer.ts` alone. */
export type Node =
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'word'; readonly value: string }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'list'; readonly items: readonly Node[] }
  | { readonly kind: 'map'; readonly entries: readonly (readonly [key: string, value: Node])[] }
  | { readonly kind: 'text'; readonly parts: readonly (string | { readonly name: string })[] }
  | { readonly kind: 'operation'; readonly operator: Operator; readonly operands: readonly Node[] }
  | { readonly kind: 'not'; readonly operand: Node }
  | { readonly kind: 'command'; readonly command: Command }
  | { readonly kind: 'call'; readonly call: Call }
  | { readonly kind: 'query'; readonly path: readonly string[]; readonly where: Condition | null }
  | { readonly kind: 'code'; readonly body: readonly Statement[] }
  /** A text that is told later: see `ScriptForm`. */
  | { readonly kind: 'blank'; readonly name: string };

export type Operator = '.' | '&&' | '||' | '=' | '!=' | '<' | '>' | '<=' | '>=' | '~' | '+' | '-' | '*' | '/' | '->' | ',';

/** A condition of `find where`: properties compared with values, joined by `&&` or `||`. */
export type Condition =
  | { readonly kind: 'compare'; readonly property: string; readonly operator: '=' | '!=' | '~' | '<' | '>'; readonly value: Node }
  | { readonly kind: 'joined'; readonly operator: '&&' | '||'; readonly conditions: readonly Condition[] };

/** `path` is empty for the built-in commands (`:put`), whose values follow the rules of expressions: booleans are true and false there. */
export interface Command {
  readonly kind: 'command';
  readonly path: readonly string[];
  readonly verb: string;
  readonly positional: readonly (Node | Block)[];
  readonly named: readonly (readonly [name: string, value: Node | Block])[];
  readonly flags: readonly string[];
}

export interface Block {
  readonly kind: 'block';
  readonly body: readonly Statement[];
}

export interface Call {
  readonly kind: 'call';
  readonly name: string;
  readonly named: readonly (readonly [name: string, value: Node])[];
}

export interface Comment {
  readonly kind: 'comment';
  readonly text: string;
}

export type Statement = Command | Block | Call | Comment;
