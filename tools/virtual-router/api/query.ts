import { RouterOsError } from '../errors.js';
import type { ConfigItem } from '../menus/config-item.js';
import { booleanOf, infer } from '../values/convert.js';
import { order } from '../values/operators.js';
import { NOTHING, type RosValue } from '../values/value.js';
import { apiText } from './api-text.js';

/** Tells whether an item meets the query. */
export type Query = (item: ConfigItem) => boolean;

type Operation = (stack: boolean[], item: ConfigItem) => void;

/**
 * The query words of a sentence, in order: each pushes whether the item meets it onto a stack, `?#` works on the stack,
 * and what is left on it must all be true. Source: MikroTik's manual, «API», queries.
 */
export function parseQuery(words: readonly string[]): Query | undefined {
  if (words.length === 0) return undefined;
  const operations = words.flatMap(parseWord);
  return (item) => {
    const stack: boolean[] = [];
    for (const operation of operations) operation(stack, item);
    return stack.every(Boolean);
  };
}

function parseWord(word: string): Operation[] {
  if (word.startsWith('?#')) return parseOperations(word.slice(2));
  const [, sign, name, value] = /^\?([-<>=]?)([^=]*)(?:=(.*))?$/s.exec(word)!;
  if (name === undefined || name === '') throw new RouterOsError('invalid query');
  if (sign === '-') return [(stack, item) => void stack.push(item.get(name) === NOTHING)];
  if (value === undefined) return [(stack, item) => void stack.push(item.get(name) !== NOTHING)];
  return [(stack, item) => void stack.push(compare(sign!, item.get(name), value))];
}

function compare(sign: string, own: RosValue, wanted: string): boolean {
  if (own === NOTHING) return false;
  const text = apiText(own);
  if (sign !== '<' && sign !== '>') return text === wanted || (typeof own === 'boolean' && booleanOf(wanted) === own);
  let difference: number;
  try {
    difference = order(typeof own === 'string' ? infer(own) : own, infer(wanted));
  } catch {
    difference = text < wanted ? -1 : text > wanted ? 1 : 0;
  }
  return sign === '<' ? difference < 0 : difference > 0;
}

/** `?#|!`: numbers are places in the stack, counted from its top. */
function parseOperations(text: string): Operation[] {
  const operations: Operation[] = [];
  for (const { 0: part, index } of text.matchAll(/\d+\.?|./gs)) {
    if (/^\d/.test(part)) {
      const place = parseInt(part, 10);
      const last = index + part.length === text.length && !part.endsWith('.');
      operations.push((stack) => {
        const value = fromTop(stack, place);
        // at the end of the word it replaces everything, elsewhere it is copied to the top
        if (last) stack.length = 0;
        stack.push(value);
      });
    } else if (part === '!') operations.push((stack) => void stack.push(!pop(stack)));
    else if (part === '&' || part === '|')
      operations.push((stack) => {
        const [a, b] = [pop(stack), pop(stack)];
        stack.push(part === '&' ? a && b : a || b);
      });
    else if (part === '.') operations.push((stack) => void stack.push(fromTop(stack, 0)));
    else throw new RouterOsError('invalid query');
  }
  return operations;
}

function fromTop(stack: boolean[], place: number): boolean {
  const value = stack[stack.length - 1 - place];
  if (value === undefined) throw new RouterOsError('invalid query');
  return value;
}

function pop(stack: boolean[]): boolean {
  const value = stack.pop();
  if (value === undefined) throw new RouterOsError('invalid query');
  return value;
}
