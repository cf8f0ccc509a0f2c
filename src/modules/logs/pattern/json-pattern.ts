import { PatternError, type Quota } from './pattern-error.js';
import { regex, type TextMatch, wildcard } from './text-match.js';

type Step = { readonly name: string } | { readonly index: number } | 'any';
type JsonMatch = (event: unknown) => boolean;

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const COMPARE: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '>=': (a, b) => a >= b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '<': (a, b) => a < b,
};
const CONSTANTS: Readonly<Record<string, unknown>> = { NULL: null, TRUE: true, FALSE: false };

/**
 * Reads a pattern of selectors, `{ $.status = "Failed" && $.context.parts > 1 }`, by recursive descent: a method for each rule of
 * the grammar, `at` the place where it is.
 */
export class JsonPatternReader {
  private at = 0;

  constructor(
    private readonly text: string,
    private readonly quota: Quota,
  ) {}

  /** pattern = "{" alternatives "}" @throws PatternError */
  pattern(): JsonMatch {
    this.expect('{');
    const match = this.alternatives();
    this.expect('}');
    this.blanks();
    if (this.at < this.text.length) throw this.error('there is something behind the closing brace');
    return match;
  }

  /** alternatives = conditions *( "||" conditions ) */
  private alternatives(): JsonMatch {
    const any = [this.conditions()];
    while (this.take('||')) any.push(this.conditions());
    return any.length === 1 ? any[0]! : (event) => any.some((match) => match(event));
  }

  /** conditions = condition *( "&&" condition ) */
  private conditions(): JsonMatch {
    const all = [this.condition()];
    while (this.take('&&')) all.push(this.condition());
    return all.length === 1 ? all[0]! : (event) => all.every((match) => match(event));
  }

  /** condition = "(" alternatives ")" | selector ( "IS" constant | "NOT" "EXISTS" | operator value ) */
  private condition(): JsonMatch {
    if (this.take('(')) {
      const match = this.alternatives();
      this.expect(')');
      return match;
    }
    const select = this.selector();
    const word = this.word(/[A-Z]+/y);
    if (word === 'IS') return this.constant(select);
    if (word === 'NOT') {
      if (this.word(/[A-Z]+/y) !== 'EXISTS') throw this.error('only EXISTS comes after NOT');
      return (event) => select(event).length === 0;
    }
    if (word !== undefined) throw this.error(`${word} is no operator; there are =, !=, >, >=, <, <=, IS and NOT EXISTS`, word.length);
    return this.comparison(select);
  }

  private constant(select: (event: unknown) => unknown[]): JsonMatch {
    const word = this.word(/[A-Z]+/y);
    if (word === undefined || !Object.hasOwn(CONSTANTS, word)) throw this.error('NULL, TRUE or FALSE comes after IS', word?.length);
    const constant = CONSTANTS[word];
    return (event) => select(event).includes(constant);
  }

  private comparison(select: (event: unknown) => unknown[]): JsonMatch {
    const operator = this.word(/!=|>=|<=|[=<>]/y);
    if (operator === undefined) throw this.error('an operator was expected: =, !=, >, >=, <, <=, IS or NOT EXISTS');
    if (this.text[this.at] === '=') throw this.error('the equality sign is written once');
    this.blanks();
    const from = this.at;
    const compare = COMPARE[operator];
    const value = this.value(compare !== undefined);
    if (!compare) {
      const wanted = operator === '=';
      return (event) => select(event).some((found) => isValue(found) && value.matches(found) === wanted);
    }
    const { number } = value;
    if (number === undefined) throw new PatternError(`a number comes after ${operator}`, from + 1);
    return (event) => select(event).some((found) => typeof found === 'number' && compare(found, number));
  }

  /** value = "%" expression "%" | a text in double quotes, or without where it has no blanks, with * for any characters */
  private value(numeric: boolean): { matches: (found: string | number | boolean) => boolean; number?: number } {
    if (this.text[this.at] === '%') return textValue(this.expression());
    if (this.text[this.at] === '"') return textValue(wildcard(this.quoted('"')));
    const bare = this.word(/[^\s"%(){}&|]+/y);
    if (bare === undefined)
      throw this.error(
        numeric ? 'a number was expected' : 'a value was expected: a number, a text in double quotes or %a regular expression%',
      );
    if (!NUMBER.test(bare)) return textValue(wildcard(bare));
    const number = Number(bare);
    return { number, matches: (found) => (typeof found === 'number' ? found === number : String(found) === bare) };
  }

  /** expression = anything up to the next percent sign that has no backslash before it */
  private expression(): TextMatch {
    const from = this.at + 1;
    const source = /%((?:[^%\\]|\\.)*)%/y;
    source.lastIndex = this.at;
    const found = source.exec(this.text);
    if (!found) throw this.error('the percent sign that ends this regular expression is missing');
    this.at = source.lastIndex;
    return regex(found[1]!, from + 1, this.quota);
  }

  /** selector = "$" *( "." name | "." "*" | [ "." ] "[" ( digits | "*" | quoted name ) "]" ) */
  private selector(): (event: unknown) => unknown[] {
    this.blanks();
    const from = this.at;
    if (this.text[this.at] !== '$') throw this.error('a selector was expected, such as $.status');
    this.at++;
    const steps: Step[] = [];
    for (;;) {
      const dot = this.text[this.at] === '.';
      if (this.text[this.at + (dot ? 1 : 0)] === '[') {
        this.at += dot ? 2 : 1;
        steps.push(this.bracket());
      } else if (dot) {
        this.at++;
        steps.push(this.name());
      } else break;
    }
    if (!steps.length) throw new PatternError('a selector names a field, such as $.status', from + 1);
    const wildcards = steps.filter((step) => step === 'any').length;
    if (wildcards > 1) throw new PatternError('a selector has at most one wildcard', from + 1);
    this.quota.wildcardSelectors -= wildcards;
    if (this.quota.wildcardSelectors < 0) throw new PatternError('a pattern has at most three selectors with a wildcard', from + 1);
    return (event) => steps.reduce(follow, [event]);
  }

  private name(): Step {
    if (this.text[this.at] === '*') {
      this.at++;
      return 'any';
    }
    const name = this.word(/[\w-]+/y);
    if (name === undefined) throw this.error("a field's name has letters, digits, - and _; write others as ['a name']");
    return { name };
  }

  private bracket(): Step {
    this.blanks();
    const quote = this.text[this.at];
    const digits = this.word(/\d{1,9}/y);
    const step: Step =
      digits !== undefined
        ? { index: Number(digits) }
        : quote === '*'
          ? (this.expect('*'), 'any')
          : quote === "'" || quote === '"'
            ? { name: this.quoted(quote) }
            : this.fail("a number, * or 'a name' was expected in the brackets");
    this.expect(']');
    return step;
  }

  private quoted(quote: '"' | "'"): string {
    const source = quote === '"' ? /"((?:[^"\\]|\\.)*)"/y : /'((?:[^'\\]|\\.)*)'/y;
    source.lastIndex = this.at;
    const found = source.exec(this.text);
    if (!found) throw this.error('the quotation mark that ends this text is missing');
    this.at = source.lastIndex;
    return found[1]!.replace(/\\(.)/g, '$1');
  }

  private word(what: RegExp): string | undefined {
    this.blanks();
    what.lastIndex = this.at;
    const found = what.exec(this.text)?.[0];
    this.at += found?.length ?? 0;
    return found;
  }

  private take(token: string): boolean {
    this.blanks();
    if (!this.text.startsWith(token, this.at)) return false;
    this.at += token.length;
    return true;
  }

  private expect(token: string): void {
    if (!this.take(token)) throw this.error(`${token} was expected`);
  }

  private blanks(): void {
    while (/\s/.test(this.text[this.at] ?? '')) this.at++;
  }

  private fail(problem: string): never {
    throw this.error(problem);
  }

  private error(problem: string, back = 0): PatternError {
    return new PatternError(problem, this.at - back + 1);
  }
}

/** Arrays and objects are compared with nothing, as CloudWatch has it; nor is null, for which there is IS NULL. */
const isValue = (found: unknown): found is string | number | boolean => ['string', 'number', 'boolean'].includes(typeof found);

const textValue = (matches: TextMatch) => ({ matches: (found: string | number | boolean) => matches(String(found)) });

/** One step of a selector from all the places that the steps before lead to. */
function follow(places: unknown[], step: Step): unknown[] {
  return places.flatMap((place): unknown[] => {
    if (typeof place !== 'object' || place === null) return [];
    if (step === 'any') return Object.values(place as Record<string, unknown>);
    if ('index' in step) return Array.isArray(place) && step.index < place.length ? [place[step.index] as unknown] : [];
    return !Array.isArray(place) && Object.hasOwn(place, step.name) ? [(place as Record<string, unknown>)[step.name]] : [];
  });
}
