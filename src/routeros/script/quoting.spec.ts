import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { loadRosCheck } from '../../../test/oracle/unpack.mjs';
import { parseScript } from '../parser/index.js';
import { codeString, script, text, v, type Script } from './index.js';
import { quote } from './literal.js';

const { analyse } = await loadRosCheck();

/** Any text a JS string can be, halves of surrogate pairs included, with the dangerous characters drawn often. */
const anyText = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '"',
        '\\',
        '$',
        '[',
        ']',
        '{',
        '}',
        '(',
        ')',
        ';',
        '\n',
        '\r',
        '\t',
        ' ',
        '#',
        '=',
        '?',
        '\0',
        '\x7f',
        'A',
        '\\n',
        '$x',
        '$[',
        'שלום',
        '🛰️',
        '\u2028',
        '\u202e',
      ),
      fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
    ),
    { maxLength: 60 },
  )
  .map((parts) => parts.join(''));

/** RouterOS escapes as the manual lists them, written without looking at the builder. Gives the text and what follows the literal. */
function unquote(literal: string): { value: string; rest: string } {
  const named: Record<string, string> = {
    '"': '"',
    '\\': '\\',
    n: '\n',
    r: '\r',
    t: '\t',
    $: '$',
    _: ' ',
    a: '\x07',
    b: '\b',
    f: '\f',
    v: '\v',
  };
  if (literal[0] !== '"') throw new Error('not a quoted literal');
  let value = '';
  for (let i = 1; i < literal.length; i++) {
    const c = literal[i] as string;
    if (c === '"') return { value, rest: literal.slice(i + 1) };
    if (c === '$') throw new Error('an unescaped dollar would be a variable');
    if (c < ' ' || c === '\x7f') throw new Error('a raw control character');
    if (c !== '\\') {
      value += c;
      continue;
    }
    const two = literal.slice(i + 1, i + 3);
    if (/^[0-9A-F]{2}$/.test(two)) {
      value += String.fromCharCode(parseInt(two, 16));
      i += 2;
    } else {
      const meant = named[literal[i + 1] ?? ''];
      if (meant === undefined) throw new Error(`unknown escape at ${i}`);
      value += meant;
      i += 1;
    }
  }
  throw new Error('not closed');
}

const exactly = (value: string): string => Buffer.from(value, 'utf8').toString('utf8');

describe('a quoted text', () => {
  it('is, on the router, exactly the text it was made from', () => {
    fc.assert(
      fc.property(anyText, (value) => expect(unquote(quote(value))).toEqual({ value: exactly(value), rest: '' })),
      { numRuns: 2_000 },
    );
  });

  it('holds no ? in a terminal, where it would open the help', () => {
    fc.assert(
      fc.property(anyText, (value) => {
        const literal = quote(value, { terminal: true });
        expect(literal).not.toContain('?');
        expect(unquote(literal).value).toBe(exactly(value));
      }),
    );
  });

  it('survives being code inside code inside code', () => {
    fc.assert(
      fc.property(anyText, (value) => {
        const inner = script((s) => s.put(value));
        const outer = script((s) => s.execute(inner)).toString();
        const once = unquote(outer.slice(':execute script='.length));
        expect(once).toEqual({ value: inner.toString(), rest: '' });
        expect(unquote(once.value.slice(':put '.length))).toEqual({ value: exactly(value), rest: '' });
      }),
    );
  });

  it('turns half a surrogate pair into U+FFFD, as UTF-8 would', () => {
    expect(quote('a\ud83db')).toBe('"a\ufffdb"');
    expect(quote('\udef0\ud83d')).toBe('"\ufffd\ufffd"');
    expect(quote('🛰')).toBe('"🛰"');
  });
});

describe('a script', () => {
  const sample = (value: string): Script =>
    script((s) => {
      s.comment(value);
      s.local('site', value);
      s.add('/system/scheduler', { name: value, comment: value, 'on-event': codeString(script((s) => s.log('info', value))) });
      s.set('/system/scheduler', { name: value }, { comment: value });
      s.if(v('site'), (s) => s.put(text`${value}: ${v('site')}`));
      s.guardedParse(script((s) => s.remove('/ip/address', { comment: value })));
    });
  const plain = analyse(sample('office').toString(), { strict: true }).stats;

  it('is the same commands whatever the text, in both forms', () => {
    fc.assert(
      fc.property(anyText, fc.boolean(), (value, readable) => {
        const { findings, stats } = analyse(sample(value).toString({ readable }), { strict: true });
        expect(findings).toEqual([]);
        expect(stats).toEqual(plain);
      }),
      { numRuns: 500 },
    );
  });

  it('gives the project’s own parser the same tree with exactly that text in it', () => {
    fc.assert(
      fc.property(anyText, fc.boolean(), (value, readable) => {
        const { statements } = parseScript(sample(value).toString({ readable }));
        expect(statements).toHaveLength(5);
        expect(statements[0]).toMatchObject({
          kind: 'command',
          args: [{}, { value: { kind: 'literal', quoted: true, text: exactly(value) } }],
        });
      }),
      { numRuns: 300 },
    );
  });

  it('is one line without comments when minified', () => {
    fc.assert(
      fc.property(anyText, (value) => {
        const minified = sample(value).toString();
        expect(minified).not.toMatch(/[\n\r\t]/);
        expect(minified.startsWith(':local')).toBe(true);
      }),
    );
  });
});
