import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { filterPattern } from './filter-pattern.js';
import { PatternError } from './pattern-error.js';

/** Events and patterns of the user guide's page «Filter pattern syntax …». */
const ERRORS = [
  '[ERROR 400] BAD REQUEST',
  '[ERROR 401] UNAUTHORIZED REQUEST',
  '[ERROR 419] MISSING ARGUMENTS',
  '[ERROR 420] INVALID ARGUMENTS',
];
const TRAIL = JSON.stringify({
  eventType: 'UpdateTrail',
  sourceIPAddress: '111.111.111.111',
  arrayKey: ['value', 'another value'],
  objectList: [
    { name: 'a', id: 1 },
    { name: 'b', id: 2 },
  ],
  SomeObject: null,
  'cluster.name': 'c',
});
const USERS = JSON.stringify({
  user: { id: 1, email: 'John.Stiles@example.com' },
  users: [
    { id: 2, email: 'John.Doe@example.com' },
    { id: 3, email: 'Jane.Doe@example.com' },
  ],
  actions: ['GET', 'PUT', 'DELETE'],
  coordinates: [
    [0, 1, 2],
    [4, 5, 6],
    [7, 8, 9],
  ],
});
const NUMBERS = JSON.stringify({ bandwidth: 80, latency: 49.5, number: [1000, 0.001], code: '400', flag: true, off: false, big: 1e21 });

describe('terms', () => {
  const found = (pattern: string): string[] => ERRORS.filter(filterPattern(pattern)).map((line) => line.slice(7, 10));

  it.each([
    ['', ['400', '401', '419', '420']],
    ['   ', ['400', '401', '419', '420']],
    ['" "', ['400', '401', '419', '420']],
    ['""', ['400', '401', '419', '420']],
    ['ERROR', ['400', '401', '419', '420']],
    ['error', []],
    ['ERROR ARGUMENTS', ['419', '420']],
    ['?BAD ?INVALID', ['400', '420']],
    ['?BAD ?INVALID REQUEST', ['400', '401']],
    ['?BAD -INVALID', ['400', '401', '419']],
    ['"BAD REQUEST"', ['400']],
    ['?"BAD REQUEST" ?MISSING', ['400', '419']],
    ['ERROR -ARGUMENTS', ['400', '401']],
    ['-"ERROR 400"', ['401', '419', '420']],
    ['%4[01][0-9]%', ['400', '401', '419']],
    ['%AUTHORIZED%', ['401']],
    ['-%ARG.*S$%', ['400', '401']],
    ['%^.ERROR 4[0-9]{2}. (BAD%', 'refused'],
    ['BAD] [ERROR', []],
  ])('%j', (pattern, expected) => {
    if (expected === 'refused') expect(() => found(pattern)).toThrow(PatternError);
    else expect(found(pattern)).toEqual(expected);
  });

  it('find a phrase with a quotation mark in it', () => {
    expect(filterPattern('"say \\"hi\\""')('they say "hi"')).toBe(true);
  });
});

describe('selectors', () => {
  it.each([
    ['{ $.eventType = "UpdateTrail" }', true],
    ['{$.eventType="UpdateTrail"}', true],
    ['{ $.eventType = UpdateTrail }', true],
    ['{ $.eventType = Update* }', true],
    ['{ $.eventType = "*date*ail" }', true],
    ['{ $.eventType = "Update" }', false],
    ['{ $.eventType != "Update" }', true],
    ['{ $.eventType = * }', true],
    ['{ $.nothing = * }', false],
    ['{ $.nothing != x }', false],
    ['{ $.sourceIPAddress != 123.123.* }', true],
    ['{ $.sourceIPAddress = 111.111.* }', true],
    ['{ $.arrayKey[0] = "value" }', true],
    ['{ $.arrayKey[1] = "value" }', false],
    ['{ $.arrayKey[2] NOT EXISTS }', true],
    ['{ $.arrayKey = * }', false],
    ['{ $.eventType = %Trail% }', true],
    ['{ $.eventType = %^Trail% }', false],
    ['{ $.arrayKey[*] = %val.{2}% }', true],
    ['{ $.* = %111\\.111\\.111\\.1[0-9]{1,2}% }', true],
    [`{ $.['cluster.name'] = "c" }`, true],
    ['{ $["cluster.name"] = "c" }', true],
    ['{ $.SomeObject IS NULL }', true],
    ['{ $.eventType IS NULL }', false],
    ['{ $.SomeOtherObject IS NULL }', false],
    ['{ $.SomeOtherObject NOT EXISTS }', true],
    ['{ $.SomeObject NOT EXISTS }', false],
    ['{ $.objectList[1].name = "b" }', true],
    ['{ $.objectList[*].id = 2 }', true],
    ['{ $.objectList[*].id > 2 }', false],
    ['{ $.constructor = * }', false],
    ['{ $.__proto__ NOT EXISTS }', true],
  ])('%s', (pattern, expected) => {
    expect(filterPattern(pattern)(TRAIL)).toBe(expected);
  });

  it.each([
    ['{ ($.user.id = 1) && ($.users[0].email = "John.Doe@example.com") }', true],
    ['{ $.user.email = "John.Stiles@example.com" || $.coordinates[0][1] = "nonmatch" && $.actions[2] = "nonmatch" }', true],
    ['{ ($.user.email = "John.Stiles@example.com" || $.coordinates[0][1] = "nonmatch") && $.actions[2] = "nonmatch" }', false],
    ['{ ($.user.id = 2 && $.users[0].email = "nonmatch") || $.actions[2] = "GET" }', false],
    ['{ $.coordinates[1][2] = 6 }', true],
    ['{ $.user.id=1&&$.users[1].id>=3||$.nothing=1 }', true],
  ])('%s', (pattern, expected) => {
    expect(filterPattern(pattern)(USERS)).toBe(expected);
  });

  it.each([
    ['{ $.bandwidth > 75 }', true],
    ['{ $.bandwidth > 80 }', false],
    ['{ $.bandwidth >= 80 }', true],
    ['{ $.latency < 50 }', true],
    ['{ $.latency <= 49.4 }', false],
    ['{ $.bandwidth = 80}', true],
    ['{ $.bandwidth = 8* }', true],
    ['{ $.bandwidth = "80" }', true],
    ['{ $.bandwidth != 81 }', true],
    ['{ $.number[0] = 1e+3 }', true],
    ['{ $.number[0] != 1e-3 }', true],
    ['{ $.number[1] = 1e-3 }', true],
    ['{ $.code = 400 }', true],
    ['{ $.code > 399 }', false], // a text is no number
    ['{ $.flag IS TRUE }', true],
    ['{ $.flag IS FALSE }', false],
    ['{ $.off IS FALSE }', true],
    ['{ $.flag = true }', true],
    ['{ $.big > 1e20 }', true],
  ])('%s', (pattern, expected) => {
    expect(filterPattern(pattern)(NUMBERS)).toBe(expected);
  });

  it('match nothing that is no JSON object', () => {
    for (const message of ['', 'x', '1', '"a"', 'null', '{']) expect(filterPattern('{ $.a NOT EXISTS }')(message)).toBe(false);
  });
});

describe('a pattern that cannot be read', () => {
  it.each([
    ['{ $.a = 1', 10, /} was expected/],
    ['{ a = 1 }', 3, /selector/],
    ['{ $ = 1 }', 3, /names a field/],
    ['{ $.a }', 7, /operator/],
    ['{ $.a == 1 }', 8, /once/],
    ['{ $.a > x }', 9, /number/],
    ['{ $.a > }', 9, /number/],
    ['{ $.a = }', 9, /value/],
    ['{ $.a = "x }', 9, /quotation mark/],
    ['{ $.a = %x }', 9, /percent/],
    ['{ $.a IS NOT NULL }', 10, /NULL, TRUE or FALSE/],
    ['{ $.a EXISTS }', 7, /EXISTS is no operator/],
    ['{ $.a NOT NULL }', 15, /EXISTS/],
    ['{ $.a = 1 } x', 13, /behind/],
    ['{ $.a = 1 && }', 14, /selector/],
    ['{ ($.a = 1 }', 12, /\) was expected/],
    ['{ $.a[x] = 1 }', 7, /brackets/],
    ['{ $.*.b[*] = 1 }', 3, /one wildcard/],
    ['{ $.a[*] = 1 || $.b[*] = 1 || $.c[*] = 1 || $.d[*] = 1 }', 45, /three selectors/],
    ['{ $.a = %a% || $.b = %b% || $.c = %c% }', 36, /two regular/],
    ['{ $.a = %a!b% }', 11, /«!»/],
    ['%a(b)%', 3, /«\(»/],
    ['%a\\q%', 3, /backslash/],
    ['%[a%', 2, /cannot be read/],
    ['%%', 2, /no regular expression/],
    ['%a{1001}%', 2, /repetitions/],
    ['%' + 'a{900}'.repeat(3) + '%', 2, /too large/],
    ['ok %x', 4, /percent/],
    ['ok "x', 4, /quotation mark/],
    ['[w1=ERROR, w2]', 1, /space-delimited/],
    ['{' + '('.repeat(400), 402, /selector/],
  ])('%s', (pattern, position, problem) => {
    const read = (): unknown => {
      try {
        return filterPattern(pattern);
      } catch (error) {
        return error;
      }
    };
    const error = read() as PatternError;
    expect(error).toBeInstanceOf(PatternError);
    expect(error.problem).toMatch(problem);
    expect(error.position).toBe(position);
  });
});

describe('any text', () => {
  it('is a pattern or refused with its position, and never anything else', () => {
    const alphabet = fc.constantFrom(...'{}()[]$.*"\'%\\?-=!<>&| ab1,', ' IS ', 'NOT EXISTS', '&&', '||', '$.a');
    fc.assert(
      fc.property(fc.array(alphabet, { maxLength: 30 }), (parts) => {
        const pattern = parts.join('');
        try {
          filterPattern(pattern)(TRAIL);
        } catch (error) {
          expect(error).toBeInstanceOf(PatternError);
          expect((error as PatternError).position).toBeGreaterThan(0);
          expect((error as PatternError).position).toBeLessThanOrEqual(pattern.length + 1);
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('in quotation marks is found as it is', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (before, phrase, after) => {
        const quoted = `"${phrase.replace(/[\\"]/g, '\\$&')}"`;
        expect(filterPattern(quoted)(before + phrase + after)).toBe(true);
      }),
    );
  });

  it('is matched in time that grows with its length alone', () => {
    const long = JSON.stringify({ a: 'a'.repeat(100_000) });
    const began = performance.now();
    expect(filterPattern('%a*a*a*a*a*a*a*a*a*!%'.replace('!', 'b'))(long)).toBe(false);
    expect(filterPattern(`{ $.a = "${'*a'.repeat(200)}b" }`)(long)).toBe(false);
    expect(performance.now() - began).toBeLessThan(2000);
  });
});
