import type { ArrayEntry, Expression } from './ast.js';
import { isBlank, type Cursor, endsValue } from './cursor.js';
import { stringLiteral, wordLiteral } from './literal.js';
import { parseParenthesis, parseVariable } from './parse-expression.js';
import { parseBlock, parseEitherBraces, parseStatements } from './parse-script.js';

/** What `{` means where a value stands. */
export type BraceMeaning = 'code' | 'array' | 'either';

const ESCAPES: Record<string, string> = {
  '"': '"', '\\': '\\', n: '\n', r: '\r', t: '\t', $: '$', '?': '?', _: ' ', a: '\x07', b: '\b', f: '\f', v: '\v', ' ': ' ',
}; // prettier-ignore

/** A value up to the next blank or closing bracket; adjoining parts (`$a.rsc`, `"x"$y`) make one text. */
export function parseValue(cursor: Cursor, braces: BraceMeaning): Expression {
  const at = cursor.position;
  const parts: Expression[] = [];
  for (;;) {
    const c = cursor.char;
    if (endsValue(c) || cursor.joinLength()) break;
    // `:if ($a)do={…}`: a bracketed value may be followed directly by an argument's name
    if (parts.length > 0 && parts.at(-1)!.kind !== 'literal' && parts.at(-1)!.kind !== 'variable' && cursor.match(/[a-z][a-z-]*=/y)) break;
    if (c === '"') parts.push(parseString(cursor));
    else if (c === '$') parts.push(parseAccess(cursor));
    else if (c === '[') parts.push(parseSubstitution(cursor));
    else if (c === '(') parts.push(parseParenthesis(cursor, false));
    else if (c === '{') parts.push(parseBraces(cursor, braces));
    else parts.push(parseWord(cursor));
  }
  if (parts.length === 0) return stringLiteral('', at);
  return parts.length === 1 ? parts[0]! : { kind: 'concatenation', at, parts };
}

function parseWord(cursor: Cursor): Expression {
  const at = cursor.position;
  let text = '';
  for (;;) {
    const c = cursor.char;
    if (endsValue(c) || c === '"' || c === '$' || c === '[' || c === '(' || c === '{') break;
    if (c === '\\') {
      if (cursor.joinLength()) break;
      text += cursor.peek(1) ?? '';
      cursor.position += 2;
      continue;
    }
    text += c;
    cursor.position++;
  }
  return wordLiteral(text, at);
}

/** `$name`, and `$name->"key"` outside parentheses. */
function parseAccess(cursor: Cursor): Expression {
  let value = parseVariable(cursor);
  while (cursor.startsWith('->')) {
    const at = cursor.position;
    cursor.position += 2;
    value = { kind: 'binary', at, operator: '->', left: value, right: parseKey(cursor) };
  }
  return value;
}

export function parseKey(cursor: Cursor): Expression {
  const c = cursor.char;
  if (c === '"') return parseString(cursor);
  if (c === '$') return parseVariable(cursor);
  if (c === '(') return parseParenthesis(cursor, false);
  if (c === '[') return parseSubstitution(cursor);
  const match = cursor.match(/[A-Za-z0-9](?:[A-Za-z0-9]|-(?!>))*/y);
  if (!match) cursor.fail('syntax error');
  const at = cursor.position;
  cursor.position += match[0].length;
  return wordLiteral(match[0], at);
}

function parseBraces(cursor: Cursor, meaning: BraceMeaning): Expression {
  if (meaning === 'code') return parseBlock(cursor);
  if (meaning === 'array') return parseArray(cursor);
  return parseEitherBraces(cursor, () => parseArray(cursor));
}

export function parseSubstitution(cursor: Cursor): Expression {
  const at = cursor.position++;
  return { kind: 'substitution', at, statements: parseStatements(cursor, ']', at) };
}

/** `{1;2;"key"=value}`; commas part elements too. */
export function parseArray(cursor: Cursor): Expression {
  const at = cursor.position++;
  const entries: ArrayEntry[] = [];
  for (;;) {
    cursor.skip(true);
    const c = cursor.char;
    if (c === undefined) cursor.fail('expected closing brace', at);
    if (c === '}') {
      cursor.position++;
      return { kind: 'array', at, entries };
    }
    if (c === ';' || c === ',') {
      cursor.position++;
      continue;
    }
    if (c === '#') {
      cursor.skipComment();
      continue;
    }
    const before = cursor.position;
    const value = parseElement(cursor);
    if (cursor.position === before) cursor.fail('syntax error');
    const blanks = cursor.position;
    while (isBlank(cursor.char)) cursor.position++;
    if (cursor.char === '=') {
      cursor.position++;
      cursor.skip();
      entries.push({ key: value, value: parseElement(cursor) });
    } else {
      cursor.position = blanks;
      entries.push({ value });
    }
    cursor.skip(true);
    if (cursor.char !== ';' && cursor.char !== '}' && cursor.char !== ',' && cursor.char !== undefined)
      cursor.fail('expected closing brace');
  }
}

function parseElement(cursor: Cursor): Expression {
  const at = cursor.position;
  const parts: Expression[] = [];
  for (;;) {
    const c = cursor.char;
    if (endsValue(c) || c === '=' || (c === ',' && parts.length > 0) || cursor.joinLength()) break;
    if (c === '"') parts.push(parseString(cursor));
    else if (c === '$') parts.push(parseAccess(cursor));
    else if (c === '[') parts.push(parseSubstitution(cursor));
    else if (c === '(') parts.push(parseParenthesis(cursor, false));
    else if (c === '{') parts.push(parseArray(cursor));
    else {
      const match = cursor.match(/(?:\\.|[^\s;\])}="$[({,\\])+/y);
      if (!match) cursor.fail('syntax error');
      parts.push(wordLiteral(match[0], cursor.position));
      cursor.position += match[0].length;
    }
  }
  if (parts.length === 0) return stringLiteral('', at);
  return parts.length === 1 ? parts[0]! : { kind: 'concatenation', at, parts };
}

/** A quoted string with its escapes and `$name`, `$(expression)`, `$[command]`. */
export function parseString(cursor: Cursor): Expression {
  const at = cursor.position++;
  const parts: Expression[] = [];
  let text = '';
  const flush = (): void => {
    if (text !== '') parts.push(stringLiteral(text, at));
    text = '';
  };
  for (;;) {
    const c = cursor.char;
    if (c === undefined) cursor.fail('expected closing quote', at);
    if (c === '"') {
      cursor.position++;
      break;
    }
    if (c === '\\') {
      const join = cursor.joinLength();
      if (join) {
        cursor.position += join;
        while (isBlank(cursor.char)) cursor.position++;
        continue;
      }
      const hex = cursor.match(/\\([0-9A-F]{2})/y);
      if (hex) {
        text += String.fromCharCode(parseInt(hex[1]!, 16));
        cursor.position += 3;
        continue;
      }
      const escaped = ESCAPES[cursor.peek(1) ?? ''];
      if (escaped === undefined) cursor.fail('invalid escape sequence');
      text += escaped;
      cursor.position += 2;
      continue;
    }
    if (c === '$') {
      const next = cursor.peek(1);
      if (next !== undefined && /[A-Za-z0-9]/.test(next)) {
        flush();
        parts.push(parseVariable(cursor));
        continue;
      }
      if (next === '(' || next === '[') {
        flush();
        cursor.position++;
        parts.push(next === '(' ? parseParenthesis(cursor, false) : parseSubstitution(cursor));
        continue;
      }
      // a literal dollar must be written \$ (scripting manual, "Constant escape sequences")
      cursor.fail('expected variable name', cursor.position + 1);
    }
    text += c;
    cursor.position++;
  }
  if (parts.length === 0) return stringLiteral(text, at);
  flush();
  return { kind: 'interpolation', at, parts };
}
