/**
 * The syntax tree of a RouterOS script. Every node keeps `at`, its offset in the text (see `locate`).
 *
 * RouterOS decides with its command tree where a menu path ends and a command begins; the parser knows no tree, so a
 * command is first a list of bare `words` and `args`. `resolveCommands` fills in `resolved`.
 */
export interface Script {
  kind: 'script';
  text: string;
  statements: Statement[];
}

export type Statement = CommandStatement | CallStatement | BlockStatement;

/** `/ip address add address=…`, `:put $x`, `add name=…` inside a menu, `/ip/address { … }`, or just `/ip address`. */
export interface CommandStatement {
  kind: 'command';
  at: number;
  /** How it was written: `/…` from the root menu, `:…` a builtin, or from the current menu. */
  lead: '/' | ':' | '';
  words: Word[];
  args: Argument[];
  /** Statements in braces that run inside the menu named by `words`. */
  block?: Block;
  resolved?: ResolvedCommand;
}

export interface Word {
  text: string;
  at: number;
  /** Joined to the word before by `/`: the path form of RouterOS 7, unknown to 6. */
  slash?: boolean;
}

/** `$function a b=c`, `[:parse …] a`, `($table->"fn") a`: calls what the expression gives. */
export interface CallStatement {
  kind: 'call';
  at: number;
  callee: Expression;
  args: Argument[];
}

/** A bare `{ … }`: a scope of its own. */
export interface BlockStatement {
  kind: 'block-statement';
  at: number;
  block: Block;
}

export interface Argument {
  at: number;
  /** Absent for an unnamed value. */
  name?: string;
  /** `!name`: the argument is taken away (`set x !comment`). */
  negated?: boolean;
  /** Absent for `!name`. */
  value?: Expression;
  /** The clause of `where` (and of `find`), whose bare words are the item's properties. */
  where?: Expression;
}

export type LiteralValue =
  | { type: 'num'; value: number }
  /** Microseconds. */
  | { type: 'time'; value: number }
  | { type: 'bool'; value: boolean }
  | { type: 'ip' | 'ip-prefix' | 'ip6' | 'ip6-prefix' | 'id' | 'str'; value: string };

export type Expression =
  | Literal
  | { kind: 'interpolation'; at: number; parts: Expression[] }
  | { kind: 'concatenation'; at: number; parts: Expression[] }
  | { kind: 'variable'; at: number; name: string }
  /** Only in a `where` clause: a property of the item looked at. */
  | { kind: 'property'; at: number; name: string }
  | { kind: 'substitution'; at: number; statements: Statement[] }
  | { kind: 'array'; at: number; entries: ArrayEntry[] }
  | { kind: 'unary'; at: number; operator: UnaryOperator; operand: Expression }
  | { kind: 'binary'; at: number; operator: BinaryOperator; left: Expression; right: Expression }
  | { kind: 'nothing'; at: number }
  | Block;

export interface Literal {
  kind: 'literal';
  at: number;
  text: string;
  /** Quoted text is always a str; a bare word has the type it looks like. */
  quoted: boolean;
  value: LiteralValue;
}

export interface ArrayEntry {
  key?: Expression;
  value: Expression;
}

/** Code in braces; `source` is the text between them, which is what a menu stores (`on-event={…}`). */
export interface Block {
  kind: 'block';
  at: number;
  source: string;
  statements: Statement[];
}

export type UnaryOperator = '!' | '-' | '~' | '>';
export type BinaryOperator =
  | '->'
  | '*'
  | '/'
  | '%'
  | '+'
  | '-'
  | '<<'
  | '>>'
  | '&'
  | '^'
  | '|'
  | '.'
  | ','
  | '<'
  | '>'
  | '<='
  | '>='
  | '='
  | '!='
  | '~'
  | 'in'
  | '&&'
  | '||';

/** What `resolveCommands` found out about a command. */
export type ResolvedCommand =
  { kind: 'menu'; path: string[] } | { kind: 'command'; path: string[]; command: string; args: ResolvedArgument[] };

/** `name` is the full name, undefined for an unnamed value; `flag` marks a bare word such as `as-value`. */
export interface ResolvedArgument extends Argument {
  flag?: boolean;
}
