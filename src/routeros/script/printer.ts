import type { Block, Call, Command, Condition, Node, Operator, Statement } from './ast.js';
import { escapeText, quote, wellFormed } from './literal.js';
import { UnprintableScriptValue } from './names.js';

interface Style {
  readonly readable?: boolean;
  readonly terminal?: boolean;
  /** Prints a blank as its name between two `BLANK`; without it there must be none. */
  readonly blanks?: boolean;
}

/** Never part of a script: in quotes it is escaped, and outside of them nothing holds it. */
export const BLANK = '\0';

/** Where a value stands: an argument takes `yes` and `a,b`, an expression `true` and `{"a";"b"}`. */
type Place = 'argument' | 'expression';

const INDENT = '    ';
// A list of such items is written bare, as /export does; anything else goes into one quoted string.
const BARE_ITEM = /^!?[A-Za-z0-9][A-Za-z0-9.:/-]*$/;
// `"$name."` reads the variable name and nothing more when one of these follows.
const ENDS_A_NAME = /^[ .,;:/=&!)|%]/;
const ASSOCIATIVE: ReadonlySet<Operator> = new Set<Operator>(['.', '&&', '||', '+', ',']);

export function printStatements(body: readonly Statement[], style: Style): string {
  if (style.readable) return lines(body, style, 0).join('\n') + '\n';
  return body
    .filter((statement) => statement.kind !== 'comment')
    .map((statement) => printStatement(statement, style, 0))
    .join(';');
}

function lines(body: readonly Statement[], style: Style, depth: number): string[] {
  return body.flatMap((statement) =>
    statement.kind === 'comment'
      ? commentLines(statement.text).map((line) => `${INDENT.repeat(depth)}# ${line}`)
      : [INDENT.repeat(depth) + printStatement(statement, style, depth)],
  );
}

/** A backslash at the end would draw the next line, a command, into the comment's place; control characters have none here. */
function commentLines(text: string): string[] {
  return wellFormed(text)
    .split(/[\r\n\u2028\u2029]+/)
    .map((line) => line.replace(/\p{Cc}/gu, ' ').replace(/[\s\\]+$/, ''));
}

function printStatement(statement: Statement, style: Style, depth: number): string {
  switch (statement.kind) {
    case 'command':
      return printCommand(statement, style, depth);
    case 'block':
      return printBlock(statement, style, depth);
    case 'call':
      return printCall(statement, style, depth);
    case 'comment':
      return '';
  }
}

function printBlock(block: Block, style: Style, depth: number): string {
  if (!style.readable) return `{${printStatements(block.body, style)}}`;
  if (block.body.length === 0) return '{}';
  return `{\n${lines(block.body, style, depth + 1).join('\n')}\n${INDENT.repeat(depth)}}`;
}

function printCommand(command: Command, style: Style, depth: number): string {
  const place: Place = command.path.length === 0 ? 'expression' : 'argument';
  const print = (value: Node | Block) => (value.kind === 'block' ? printBlock(value, style, depth) : printNode(value, place, style, depth));
  return [
    command.path.length === 0 ? `:${command.verb}` : `/${[...command.path, command.verb].join(' ').trimStart()}`,
    ...command.positional.map(print),
    ...command.flags,
    ...command.named.map(([name, value]) => `${name}=${print(value)}`),
  ].join(' ');
}

function printCall(call: Call, style: Style, depth: number): string {
  return [`$${call.name}`, ...call.named.map(([name, value]) => `${name}=${printNode(value, 'expression', style, depth)}`)].join(' ');
}

function printNode(node: Node, place: Place, style: Style, depth: number): string {
  switch (node.kind) {
    case 'string':
      return quote(node.value, style);
    case 'number':
      return String(node.value);
    case 'boolean':
      return place === 'argument' ? (node.value ? 'yes' : 'no') : String(node.value);
    case 'word':
      return node.value;
    case 'variable':
      return `$${node.name}`;
    case 'list':
      return place === 'argument' ? printArgumentList(node.items, style) : printArray(node.items, style, depth);
    case 'map':
      return printMap(node.entries, style, depth);
    case 'text':
      return printText(node.parts, style);
    case 'operation':
      return printOperation(node.operator, node.operands, style, depth);
    case 'not':
      return `(!${printNode(node.operand, 'expression', style, depth)})`;
    case 'command':
      return `[${printCommand(node.command, style, depth)}]`;
    case 'call':
      return `[${printCall(node.call, style, depth)}]`;
    case 'query':
      return `[/${node.path.join(' ')} find${node.where === null ? '' : ` where ${printCondition(node.where, style, depth, false)}`}]`;
    case 'code':
      // Always minified, so that a readable script leaves the same entries on the router as the short one.
      return quote(printStatements(node.body, {}), style);
    case 'blank':
      if (!style.blanks) throw new UnprintableScriptValue(`The text ${node.name} was not told.`);
      return BLANK + node.name + BLANK;
  }
}

/** A list argument such as `policy=read,write`. @throws UnprintableScriptValue an item with a comma would be two items on the router */
function printArgumentList(items: readonly Node[], style: Style): string {
  const texts = items.map((item) => {
    if (item.kind === 'string' || item.kind === 'word') return item.value;
    if (item.kind === 'number') return String(item.value);
    throw new UnprintableScriptValue(
      `A list argument holds texts and numbers only, not a ${item.kind}; build the text with concat() instead.`,
    );
  });
  const comma = texts.find((text) => text.includes(','));
  if (comma !== undefined)
    throw new UnprintableScriptValue(`${JSON.stringify(comma)} holds a comma, which parts the items of a list; give two items.`);
  if (texts.length > 0 && texts.every((text) => BARE_ITEM.test(text))) return texts.join(',');
  return quote(texts.join(','), style);
}

/** A bare `{}` is a syntax error as a value (manual: Scripting tips). */
function printArray(items: readonly Node[], style: Style, depth: number): string {
  if (items.length === 0) return '[:toarray ""]';
  return `{${items.map((item) => printNode(item, 'expression', style, depth)).join(';')}}`;
}

function printMap(entries: readonly (readonly [string, Node])[], style: Style, depth: number): string {
  if (entries.length === 0) return '[:toarray ""]';
  return `{${entries.map(([key, value]) => `${quote(key, style)}=${printNode(value, 'expression', style, depth)}`).join(';')}}`;
}

/** Text with variables: `"try $n of 10"` where that is unambiguous, else `("a".$n."b")`. */
function printText(parts: readonly (string | { readonly name: string })[], style: Style): string {
  const escaped = parts.map((part) => (typeof part === 'string' ? escapeText(part, style) : part));
  const clear = escaped.every((part, i) => {
    const next = escaped[i + 1];
    return typeof part === 'string' || next === undefined || (typeof next === 'string' && ENDS_A_NAME.test(next));
  });
  if (clear) return `"${escaped.map((part) => (typeof part === 'string' ? part : `$${part.name}`)).join('')}"`;
  return `(${escaped.map((part) => (typeof part === 'string' ? `"${part}"` : `$${part.name}`)).join('.')})`;
}

function printOperation(operator: Operator, operands: readonly Node[], style: Style, depth: number): string {
  const flat = operands.flatMap((operand) =>
    ASSOCIATIVE.has(operator) && operand.kind === 'operation' && operand.operator === operator ? operand.operands : [operand],
  );
  const texts = flat.map((operand) => printNode(operand, 'expression', style, depth));
  // `1 . 2` and `a - b`: an operator that touches a bare word would become part of it.
  const bare = flat.some((operand) => operand.kind === 'word' || operand.kind === 'number');
  const touching = operator === '.' || operator === '-' || operator === '/' || operator === '*' || operator === '+' || operator === ',';
  const apart = operator !== '->' && ((bare && touching) || style.readable);
  return `(${texts.join(apart ? ` ${operator} ` : operator)})`;
}

function printCondition(condition: Condition, style: Style, depth: number, inner: boolean): string {
  if (condition.kind === 'compare') {
    return condition.property + condition.operator + printNode(condition.value, 'argument', style, depth);
  }
  const text = condition.conditions.map((part) => printCondition(part, style, depth, true)).join(` ${condition.operator} `);
  return inner && condition.conditions.length > 1 ? `(${text})` : text;
}
