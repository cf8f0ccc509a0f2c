import type { Argument, Block, CommandStatement, Expression, Script, Statement, Word } from './ast.js';
import { Cursor, endsValue, isBlank } from './cursor.js';
import { wordLiteral } from './literal.js';
import { parseExpression, parseParenthesis, parseVariable, parseWhere } from './parse-expression.js';
import { parseSubstitution, parseValue, type BraceMeaning } from './parse-value.js';
import { ScriptSyntaxError } from './syntax-error.js';

const WORD = /[A-Za-z0-9_][A-Za-z0-9_.-]*|\.\./y;
const NAMED = /([A-Za-z0-9_.][A-Za-z0-9_.-]*)=/y;
const BARE = /[A-Za-z][A-Za-z0-9_.-]*/y;

/** Arguments that hold code wherever they occur; RouterOS types them `script` in its command tree. */
const CODE_ARGUMENTS = new Set([
  'do', 'else', 'on-error', 'command', 'on-event', 'source', 'on-up', 'on-down', 'on-login', 'on-logout', 'lease-script',
  'up-script', 'down-script', 'test-script', 'on-alert', 'on-master', 'on-backup', 'on-fail', 'on-message', 'on-link-up', 'on-link-down', 'script',
]); // prettier-ignore
/** Builtins whose unnamed braces are code and not an array. */
const CODE_BUILTINS = ['do', 'time', 'retry', 'execute', 'onerror'];
/** Words that stand for `name=` when a blank parts them from their value (`:for i from 1 to 5 do {…}`). */
const BLANK_NAMED = new Set(['from', 'to', 'step', 'in', 'do', 'else', 'while', 'on-error', 'command']);

/**
 * Parses RouterOS 7 script text.
 * @throws ScriptSyntaxError at the first place RouterOS would refuse.
 */
export function parseScript(text: string): Script {
  const cursor = new Cursor(text);
  const statements = parseStatements(cursor, undefined, 0);
  return { kind: 'script', text, statements };
}

const CLOSING: Record<string, string> = { '}': 'brace', ']': 'bracket', ')': 'parenthesis' };

/** Statements up to (and past) `close`, or to the end of the text. */
export function parseStatements(cursor: Cursor, close: '}' | ']' | undefined, openedAt: number): Statement[] {
  const statements: Statement[] = [];
  for (;;) {
    cursor.skip(true);
    const c = cursor.char;
    if (c === undefined) {
      if (close) cursor.fail(`expected closing ${CLOSING[close]}`, openedAt);
      return statements;
    }
    if (c === close) {
      cursor.position++;
      return statements;
    }
    if (c === ';') cursor.position++;
    else if (c === '#') cursor.skipComment();
    else {
      statements.push(parseStatement(cursor));
      cursor.skip();
      const next = cursor.char;
      if (next !== undefined && next !== '\n' && next !== ';' && next !== close) cursor.fail('expected end of command');
    }
  }
}

function parseStatement(cursor: Cursor): Statement {
  const at = cursor.position;
  const c = cursor.char;
  if (c === '{') return { kind: 'block-statement', at, block: parseBlock(cursor) };
  if (c === '$' || c === '(' || c === '[') {
    const callee: Expression = c === '$' ? parseVariable(cursor) : c === '(' ? parseParenthesis(cursor, false) : parseSubstitution(cursor);
    return { kind: 'call', at, callee, args: parseArguments(cursor, 'either') };
  }
  let lead: CommandStatement['lead'] = '';
  if (c === ':' || c === '/') {
    lead = c;
    cursor.position++;
    if (c === '/') cursor.skip();
  }
  const words = parseWords(cursor, lead);
  if (words.length === 0 && lead !== '/') cursor.fail(c === '"' ? 'expected command name' : 'bad command name');
  const command: CommandStatement = { kind: 'command', at, lead, words, args: [] };
  cursor.skip();
  const first = lead === '/' ? '' : (words[0]?.text ?? '');
  const code = first !== '' && CODE_BUILTINS.some((name) => name === first || (first.length > 2 && name.startsWith(first)));
  const builtin = lead === ':' || (lead === '' && (words.length === 1 || code));
  if (cursor.char === '{' && !builtin) command.block = parseBlock(cursor);
  else if (cursor.char === '{' && builtin && lead === '' && !code) command.block = parseBlock(cursor);
  else if (lead !== ':' && isFind(words)) command.args = parseFind(cursor);
  else command.args = parseArguments(cursor, code ? 'code' : builtin ? 'array' : 'either', first);
  return command;
}

/** `find` with nothing in front is the builtin unless it has conditions, so it is read as a clause either way. */
const isFind = (words: Word[]): boolean => words.at(-1)?.text === 'find' || words.at(-1)?.text === 'fin';

/** The bare words a command starts with: menus, a command and perhaps unnamed values, told apart when resolving. */
function parseWords(cursor: Cursor, lead: string): Word[] {
  const words: Word[] = [];
  let slash = false;
  for (;;) {
    const match = cursor.match(WORD);
    if (!match) return words;
    const text = match[0];
    const after = cursor.text[cursor.position + text.length];
    if (after === '=' && words.length > 0) return words;
    if (words.length > 0 && after !== '/' && !endsValue(after) && after !== '{' && !cursor.joinLength(cursor.position + text.length))
      return words;
    words.push(slash ? { text, at: cursor.position, slash } : { text, at: cursor.position });
    slash = false;
    cursor.position += text.length;
    if (lead === ':' && cursor.char !== '/') return words;
    if (text === 'find' || text === 'where') return words;
    if (cursor.char === '/' && /[A-Za-z0-9_.]/.test(cursor.peek(1) ?? '')) {
      cursor.position++;
      slash = true;
    } else {
      const before = cursor.position;
      cursor.skip();
      if (cursor.char === '/' && /[A-Za-z0-9_]/.test(cursor.peek(1) ?? '')) {
        cursor.position++;
        slash = true;
      } else if (before === cursor.position) return words;
      // `where` belongs to the arguments: `/ip address print where …`
      const next = cursor.match(BARE);
      if (next?.[0] === 'where') return words;
    }
  }
}

export function parseBlock(cursor: Cursor): Block {
  const at = cursor.position++;
  const statements = parseStatements(cursor, '}', at);
  return { kind: 'block', at, source: cursor.text.slice(at + 1, cursor.position - 1), statements };
}

const atEnd = (cursor: Cursor): boolean => {
  const c = cursor.char;
  return c === undefined || c === '\n' || c === ';' || c === ']' || c === '}' || c === ')';
};

function parseFind(cursor: Cursor): Argument[] {
  const args: Argument[] = [];
  for (;;) {
    cursor.skip();
    if (atEnd(cursor)) return args;
    const from = cursor.match(/from=/y);
    if (from) {
      const at = cursor.position;
      cursor.position += 5;
      args.push({ at, name: 'from', value: parseValue(cursor, 'array') });
      continue;
    }
    if (cursor.match(/where(?=[\s([$"!\\;\]]|$)/y)) cursor.position += 5;
    const at = cursor.position;
    cursor.skip();
    if (!atEnd(cursor)) args.push({ at, name: 'where', where: parseWhere(cursor) });
    return args;
  }
}

export function parseArguments(cursor: Cursor, unnamedBraces: BraceMeaning, builtin = ''): Argument[] {
  const args: Argument[] = [];
  for (;;) {
    cursor.skip();
    if (atEnd(cursor)) return args;
    const at = cursor.position;
    const c = cursor.char!;
    if (c === '!' && /[A-Za-z.]/.test(cursor.peek(1) ?? '')) {
      cursor.position++;
      const match = cursor.match(/[A-Za-z.][A-Za-z0-9_.-]*/y)!;
      cursor.position += match[0].length;
      args.push({ at, name: match[0], negated: true });
      continue;
    }
    const named = cursor.match(NAMED);
    if (named) {
      const name = named[1]!;
      cursor.position += named[0].length;
      args.push({ at, name, value: parseNamedValue(cursor, name, builtin) });
      continue;
    }
    const bare = cursor.match(BARE);
    if (bare && (endsValue(cursor.text[at + bare[0].length]) || cursor.text[at + bare[0].length] === '{')) {
      const word = bare[0];
      cursor.position += word.length;
      if (word === 'where') {
        cursor.skip();
        if (!atEnd(cursor)) args.push({ at, name: 'where', where: parseWhere(cursor) });
        return args;
      }
      if (BLANK_NAMED.has(word) && builtin !== '') {
        const back = cursor.position;
        cursor.skip();
        if (/[$([{"\d]/.test(cursor.char ?? '')) {
          args.push({ at, name: word, value: parseValue(cursor, bracesOf(word, builtin)) });
          continue;
        }
        cursor.position = back;
      }
      args.push({ at, value: wordLiteral(word, at) });
      continue;
    }
    const value = parseValue(cursor, unnamedBraces);
    if (cursor.position === at) cursor.fail('syntax error');
    args.push({ at, value });
  }
}

const bracesOf = (name: string, builtin: string): BraceMeaning => {
  if (name === 'in') return builtin.length > 2 && 'onerror'.startsWith(builtin) ? 'code' : 'array';
  return CODE_ARGUMENTS.has(name) ? 'code' : 'either';
};

function parseNamedValue(cursor: Cursor, name: string, builtin: string): Expression {
  // `do= {` and `comment=\<newline>  "text"`: a blank is passed only when a value clearly follows
  if (isBlank(cursor.char) || cursor.joinLength()) {
    const back = cursor.position;
    const join = cursor.joinLength() > 0;
    cursor.skip();
    const go =
      !atEnd(cursor) && !cursor.match(NAMED) && (join || (BLANK_NAMED.has(name) && builtin !== '') || '{([$"'.includes(cursor.char!));
    if (!go) cursor.position = back;
  }
  return parseValue(cursor, bracesOf(name, builtin));
}

/** Parses braces that may hold an array or code: RouterOS knows from the argument, we try the array first. */
export function parseEitherBraces(cursor: Cursor, array: () => Expression): Expression {
  const at = cursor.position;
  try {
    return array();
  } catch (error) {
    if (!(error instanceof ScriptSyntaxError)) throw error;
    cursor.position = at;
    try {
      return parseBlock(cursor);
    } catch (second) {
      throw second instanceof ScriptSyntaxError && second.offset < error.offset ? error : second;
    }
  }
}

export { parseExpression };
