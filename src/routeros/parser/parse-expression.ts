import type { BinaryOperator, Expression, UnaryOperator } from './ast.js';
import { endsValue, type Cursor } from './cursor.js';
import { wordLiteral } from './literal.js';
import { parseArray, parseKey, parseString, parseSubstitution } from './parse-value.js';

/**
 * Loosest first. RouterOS documents no table; this order is the one its own and published scripts rely on:
 * `"n=" . $a + 1`, `$a . "x" = $b`, `$x & 1 = 0`, `$a = 1 && $b = 2`.
 */
const LEVEL: Record<BinaryOperator, number> = {
  ',': 1, '||': 2, '&&': 3,
  '=': 4, '!=': 4, '<': 4, '>': 4, '<=': 4, '>=': 4, '~': 4, in: 4,
  '.': 5, '|': 6, '^': 7, '&': 8, '<<': 9, '>>': 9, '+': 10, '-': 10, '*': 11, '/': 11, '%': 11, '->': 13,
}; // prettier-ignore
const COMPARISON = 4;
const UNARY = 12;
const SYMBOLS = [
  '->',
  '&&',
  '||',
  '!=',
  '<=',
  '>=',
  '<<',
  '>>',
  '=',
  '<',
  '>',
  '~',
  '+',
  '-',
  '*',
  '/',
  '%',
  '.',
  ',',
  '&',
  '|',
  '^',
] as const;

/** `( … )`; gives the `nothing` expression for `()`. */
export function parseParenthesis(cursor: Cursor, where: boolean): Expression {
  const at = cursor.position++;
  cursor.skip(true);
  if (cursor.char === ')') {
    cursor.position++;
    return { kind: 'nothing', at };
  }
  const value = new ExpressionParser(cursor, where, true).parse(0);
  cursor.skip(true);
  if (cursor.char !== ')') cursor.fail(cursor.char === undefined ? 'expected closing parenthesis' : 'syntax error');
  cursor.position++;
  return value;
}

/** The conditions of `find` and `where`, up to the end of the command; conditions side by side mean `and`. */
export function parseWhere(cursor: Cursor): Expression {
  return new ExpressionParser(cursor, true, false).parse(0);
}

/** An expression outside parentheses (nothing in the language needs it but `where`). */
export function parseExpression(cursor: Cursor): Expression {
  return new ExpressionParser(cursor, false, true).parse(0);
}

/** `$name`, `$1`, `$"any name"`. */
export function parseVariable(cursor: Cursor): Expression {
  const at = cursor.position++;
  if (cursor.char === '"') {
    const name = parseString(cursor);
    if (name.kind !== 'literal') cursor.fail('expected variable name', at);
    return { kind: 'variable', at, name: name.text };
  }
  if (cursor.char === '(') return parseParenthesis(cursor, false);
  if (cursor.char === '[') return parseSubstitution(cursor);
  const match = cursor.match(/[A-Za-z0-9]+/y);
  if (!match) cursor.fail('expected variable name');
  cursor.position += match[0].length;
  return { kind: 'variable', at, name: match[0] };
}

class ExpressionParser {
  constructor(
    private readonly cursor: Cursor,
    private readonly where: boolean,
    /** Inside parentheses a line may end anywhere. */
    private readonly lines: boolean,
  ) {}

  parse(level: number, compared = false): Expression {
    let left = this.unary(compared);
    for (;;) {
      this.cursor.skip(this.lines);
      const at = this.cursor.position;
      if (this.atEnd()) return left;
      const operator = this.operator();
      if (operator) {
        const own = LEVEL[operator];
        if (own < level) {
          this.cursor.position = at;
          return left;
        }
        this.cursor.skip(this.lines);
        const right = operator === '->' ? parseKey(this.cursor) : this.parse(own + 1, own === COMPARISON);
        left = { kind: 'binary', at, operator, left, right };
        continue;
      }
      // no operator: conditions side by side; outside a clause RouterOS takes two values for a text
      const implied: BinaryOperator = this.where ? '&&' : '.';
      if (LEVEL[implied] < level) return left;
      const right = this.parse(LEVEL[implied] + 1);
      if (this.cursor.position === at) this.cursor.fail('syntax error');
      left = { kind: 'binary', at, operator: implied, left, right };
    }
  }

  private atEnd(): boolean {
    const c = this.cursor.char;
    return c === undefined || c === ')' || c === ']' || c === '}' || c === ';' || c === '\n';
  }

  private operator(): BinaryOperator | undefined {
    const { cursor } = this;
    for (const symbol of SYMBOLS) {
      if (cursor.startsWith(symbol)) {
        cursor.position += symbol.length;
        return symbol;
      }
    }
    const word = cursor.match(/(and|or|in)(?=[\s($["'!]|$)/y);
    if (!word) return undefined;
    cursor.position += word[0].length;
    return word[0] === 'and' ? '&&' : word[0] === 'or' ? '||' : 'in';
  }

  private unary(compared: boolean): Expression {
    const { cursor } = this;
    cursor.skip(this.lines);
    const at = cursor.position;
    const c = cursor.char;
    const next = cursor.peek(1);
    if (c === '!' && next !== '=') return this.prefix('!', at, 1);
    if (c === '-' && next !== '>' && !(compared && this.where)) return this.prefix('-', at, 1);
    if (c === '~') return this.prefix('~', at, 1);
    if (c === '>' && /[[{($]/.test(next ?? '')) return this.prefix('>', at, 1);
    const not = cursor.match(/not(?=[\s([$"!])/y);
    if (not) return this.prefix('!', at, 3);
    const any = cursor.match(/any(?=[\s([$"!])/y);
    if (any) cursor.position += 3;
    return this.operand(compared);
  }

  private prefix(operator: UnaryOperator, at: number, length: number): Expression {
    this.cursor.position += length;
    const operand = this.parse(UNARY, false);
    return { kind: 'unary', at, operator, operand };
  }

  private operand(compared: boolean): Expression {
    const { cursor } = this;
    cursor.skip(this.lines);
    const at = cursor.position;
    const c = cursor.char;
    if (c === '(') return parseParenthesis(cursor, this.where && !compared);
    if (c === '[') return parseSubstitution(cursor);
    if (c === '{') return parseArray(cursor);
    if (c === '"') return parseString(cursor);
    if (c === '$') return parseVariable(cursor);
    const text = this.where && compared ? this.comparedWord() : this.word();
    if (text === '') cursor.fail('syntax error');
    cursor.position += text.length;
    const property = this.where && !compared && /^[A-Za-z.][\w.-]*$/.test(text) && text !== 'true' && text !== 'false';
    return property ? { kind: 'property', at, name: text } : wordLiteral(text, at);
  }

  /** A bare word between operators: addresses, times and names are tried before arithmetic cuts them. */
  private word(): string {
    const patterns = [
      /\d{1,3}(?:\.\d{1,3}){3}(?:\/\d{1,2})?(?![\w.])/y,
      /\*[0-9A-Fa-f]+(?![\w])/y,
      /(?:\d+[wdh])*\d{1,3}:\d{2}(?::\d{2}(?:\.\d+)?)?(?![\w:])/y,
      /(?:\d+(?:\.\d+)?(?:ms|us|ns|[wdhms]))+(?![\w])/y,
      /[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?:\/\d{1,3})?(?![\w:])/y,
      /0x[0-9A-Fa-f]+/y,
      /\d+(?![A-Za-z_])/y,
      /[A-Za-z0-9_.](?:[\w]|[-.:/@](?=[A-Za-z0-9_*]))*/y,
    ];
    for (const pattern of patterns) {
      const match = this.cursor.match(pattern);
      if (match && match[0] !== '') return match[0];
    }
    return '';
  }

  /** The right side of a condition runs to the next blank: `interface=ether1-gateway`, `dst-address=0.0.0.0/0`. */
  private comparedWord(): string {
    const { cursor } = this;
    if (cursor.char === '<') return cursor.match(/<[\w@.:-]+>/y)?.[0] ?? '';
    let end = cursor.position;
    while (!endsValue(cursor.text[end]) && !'"$[({=<>!~&|\\'.includes(cursor.text[end]!)) {
      if (cursor.text[end] === ',' && /[\s"$[(]/.test(cursor.text[end + 1] ?? ' ')) break;
      end++;
    }
    return cursor.text.slice(cursor.position, end);
  }
}
