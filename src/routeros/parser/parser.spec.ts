import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CommandSchema } from '../schema/index.js';
import {
  parseScript,
  parseTime,
  resolveCommands,
  ScriptCache,
  ScriptSyntaxError,
  typeOfWord,
  type CommandStatement,
  type Expression,
} from './index.js';

/** The oracle is a parser of its own, in plain JavaScript; both shall give the same verdicts. */
const ORACLE: string = '../../../test/oracle/unpack.mjs';

const command = (text: string): CommandStatement => parseScript(text).statements[0] as CommandStatement;
const value = (text: string): Expression => command(`:put ${text}`).args[0]!.value!;

/** An expression as RouterOS' own notation would nest it. */
function shape(e: Expression): unknown {
  switch (e.kind) {
    case 'literal':
      return e.text;
    case 'variable':
      return `$${e.name}`;
    case 'property':
      return `.${e.name}`;
    case 'binary':
      return [e.operator, shape(e.left), shape(e.right)];
    case 'unary':
      return [e.operator, shape(e.operand)];
    default:
      return e.kind;
  }
}

describe('commands', () => {
  it.each([
    ['/ip address add address=10.0.0.1/24', ['ip', 'address', 'add']],
    ['/ip/address/add address=10.0.0.1/24', ['ip', 'address', 'add']],
    ['/ip/firewall filter add chain=input', ['ip', 'firewall', 'filter', 'add']],
    [':put 1', ['put']],
    [':log/info x', ['log', 'info']],
    ['.. print', ['..', 'print']],
  ])('%s starts with the words %j', (text, words) => {
    expect(command(text).words.map((word) => word.text)).toEqual(words);
  });

  it('joins lines, takes comments where a command may start, and parts commands at semicolons', () => {
    expect(parseScript('# note\n:put 1; :put \\\n  2 ;# more\n\n:put 3').statements).toHaveLength(3);
  });

  it('keeps the source of code in braces for menus that store it', () => {
    const block = command('/system scheduler add on-event={:put "}" }').args[0]!.value!;
    expect(block).toMatchObject({ kind: 'block', source: ':put "}" ' });
  });

  it('keeps positions', () => {
    expect(command('  /ip address').at).toBe(2);
    expect(command(':put ($a + 1)').args[0]!.value!.at).toBe(9);
  });
});

describe('expressions', () => {
  it.each([
    ['(1 + 2 * 3)', ['+', '1', ['*', '2', '3']]],
    ['($a = 1 && $b = 2)', ['&&', ['=', '$a', '1'], ['=', '$b', '2']]],
    ['("x" . $a + 1)', ['.', 'x', ['+', '$a', '1']]],
    ['($a . "x" = $b)', ['=', ['.', '$a', 'x'], '$b']],
    ['(!$a or $b)', ['||', ['!', '$a'], '$b']],
    ['($a->"b"->0)', ['->', ['->', '$a', 'b'], '0']],
    ['(10.0.0.1 in 10.0.0.0/8)', ['in', '10.0.0.1', '10.0.0.0/8']],
    ['(10/2)', ['/', '10', '2']],
    ['(2-1)', ['-', '2', '1']],
    ['($a,$b)', [',', '$a', '$b']],
    ['(1d2h > 00:00:10)', ['>', '1d2h', '00:00:10']],
    ['-5', '-5'],
  ])('%s', (text, tree) => {
    expect(shape(value(text))).toEqual(tree);
  });

  it.each([
    ['/ip address find where interface=ether1-wan', ['=', '.interface', 'ether1-wan']],
    ['/ip address find address=10.0.0.0/8 comment~"x"', ['&&', ['=', '.address', '10.0.0.0/8'], ['~', '.comment', 'x']]],
    [
      '/ip address find where !disabled and (name=a or name=b)',
      ['&&', ['!', '.disabled'], ['||', ['=', '.name', 'a'], ['=', '.name', 'b']]],
    ],
    ['/ip address print where dynamic=no', ['=', '.dynamic', 'no']],
  ])('conditions: %s', (text, tree) => {
    expect(shape(command(text).args.find((arg) => arg.where)!.where!)).toEqual(tree);
  });
});

describe('literals', () => {
  it.each([
    ['1', 'num'],
    ['0x1F', 'num'],
    ['1d2h3m4s', 'time'],
    ['00:00:10', 'time'],
    ['10.0.0.1', 'ip'],
    ['10.0.0.0/8', 'ip-prefix'],
    ['2001:db8::1', 'ip6'],
    ['2001:db8::/32', 'ip6-prefix'],
    ['*1A', 'id'],
    ['yes', 'bool'],
    ['ether1', 'str'],
    ['10.0.0.300', 'str'],
    ['00:11:22:33:44:55', 'str'],
  ])('%s is a %s', (text, type) => {
    expect(typeOfWord(text).type).toBe(type);
  });

  it('reads times in microseconds', () => {
    expect(parseTime('1w2d3h4m5s6ms')).toBe(788_645_006_000);
    expect(parseTime('-00:01:00')).toBe(-60_000_000);
    expect(parseTime('1x')).toBeUndefined();
  });
});

describe('syntax errors', () => {
  it.each([
    [':put "open', 'expected closing quote (line 1 column 6)'],
    ['{ :put 1', 'expected closing brace (line 1 column 1)'],
    [':put [:len "a"', 'expected closing bracket (line 1 column 6)'],
    [':put (1 +', 'syntax error (line 1 column 10)'],
    [':put "\\q"', 'invalid escape sequence (line 1 column 7)'],
    [':put "\\e2"', 'invalid escape sequence (line 1 column 7)'],
    [':put "cost $ 5"', 'expected variable name (line 1 column 13)'],
    [':put 1\n:put )', 'expected end of command (line 2 column 6)'],
    ['"text"', 'expected command name (line 1 column 1)'],
  ])('%j: %s', (text, message) => {
    expect(() => parseScript(text)).toThrow(message);
  });

  it('never throws anything but a ScriptSyntaxError, and always ends', () => {
    const piece = fc.constantFrom(
      ':put ',
      '{',
      '}',
      '[',
      ']',
      '(',
      ')',
      '"',
      '$',
      '\\',
      '\n',
      ';',
      '=',
      '->',
      ' ',
      'a',
      '1',
      '/ip ',
      'find ',
      'where ',
      '#',
      'do=',
      '!',
      '~',
      ',',
      '.',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        try {
          parseScript(pieces.join(''));
        } catch (error) {
          if (!(error instanceof ScriptSyntaxError)) throw error;
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('resolving', () => {
  const schema = CommandSchema.for('7.22.3');
  const resolve = (text: string, options = {}) =>
    resolveCommands(parseScript(text), schema, options).statements.map((s) => (s.kind === 'command' ? s.resolved : undefined));

  it('takes unique beginnings of menus, commands and arguments', () => {
    expect(resolve('/ip firewal filt ad chain=input act=drop')[0]).toMatchObject({
      path: ['ip', 'firewall', 'filter'],
      command: 'add',
      args: [{ name: 'chain' }, { name: 'action' }],
    });
  });

  it('follows the current menu, blocks and ..', () => {
    const [menu, add, up] = resolve('/ip address\nadd address=1.1.1.1/24 interface=ether1\n.. route print');
    expect(menu).toEqual({ kind: 'menu', path: ['ip', 'address'] });
    expect(add).toMatchObject({ path: ['ip', 'address'], command: 'add' });
    expect(up).toMatchObject({ path: ['ip', 'route'], command: 'print' });
    expect(() => resolve('/system logging action { :local old [get memory memory-lines]; set memory memory-lines=$old }')).not.toThrow();
  });

  it("takes a terminal's menu and variables", () => {
    expect(resolve('print', { menu: ['ip', 'address'] })[0]).toMatchObject({ path: ['ip', 'address'], command: 'print' });
    expect(() => resolve(':put $known', { declared: ['known'] })).not.toThrow();
  });

  it.each([
    ['/ip adress print', 'bad command name adress (line 1 column 5)'],
    ['/ip address add adress=1.1.1.1', 'expected end of command (line 1 column 17)'],
    ['/ip firewall filter add chain=input action=permit', 'input does not match any value of action (line 1 column 44)'],
    ['/i', 'ambiguous command name i (line 1 column 2)'],
    [':if (true) else={}', 'missing value(s) of argument(s) do (line 1 column 1)'],
    [':local my_name 1', 'expected end of command (line 1 column 8)'],
    [':put $x', 'undeclared variable x (line 1 column 6)'],
    [':foreach i in={1} do={}; :put $i', 'undeclared variable i (line 1 column 31)'],
    [':local o 1; :local f do={:set o 2}', 'undeclared variable o (line 1 column 31)'],
    ['/system identity set name=a name=b', 'duplicate argument name (line 1 column 29)'],
  ])('%s: %s', (text, message) => {
    expect(() => resolve(text)).toThrow(message);
  });

  it('lets events use the variables RouterOS hands them', () => {
    expect(() => resolve(':put $leaseActIP')).not.toThrow();
    expect(() => resolve('/system scheduler add name=x on-event={:put $whatever}')).not.toThrow();
  });
});

describe('against the oracle', () => {
  const snippets = [
    ':local x 1; :put ($x + 1)', ':foreach i in=[/interface find] do={ :put [/interface get $i name] }',
    '/ip firewall filter add chain=input action=accept connection-state=established,related', '/ip firewall filter add chain=input action=permit',
    '/ip adress add address=1.1.1.1/24', '/ip/address/add address=1.1.1.1/24 interface=ether1', ':if (true) do={ :put a } else={ :put b }', ':if (true) else={ :put b }',
    ':do { :error "x" } on-error={ :put "y" }', ':onerror e in={ /tool/fetch url="https://a.example" } do={ :log warning $e }', ':put "unterminated',
    ':put [:len "abc"', '{ :put 1 }', '{ :put 1', ':local a {1;2;"k"="v"}; :put ($a->"k")', '/system script add name=x source={ :put 1 }',
    '/system scheduler add name=p interval=30s start-date=2026-01-01 start-time=00:00:00 on-event="/system script run x"', '/system scheduler add name=p on-evnt=x',
    ':put "a\\qb"', '/ip service set telnet disabled=yes', '/ip service set telnet disabled=maybe', '/user add name=a group=full password=b',
    '/interface wireguard peers add interface=wg1 public-key="x" allowed-address=10.0.0.0/8', '/tool fetch url="https://a.example" output=user as-value',
    '/tool fetch url="https://a.example" output=usr', '/system identity set name="x"', '/system identity set nam="x"', ':global f do={ :return $1 }; $f 1',
    ':set ($a->"b") 1', ':while ($i < 3) do={ :set i ($i + 1) }', ':for i from=1 to=3 do={ :put $i }', ':for i from=1 do={ :put $i }', '/ip address remove [find where comment~"^rosfleet:"]',
    '/ip address print where interface=ether1 and !disabled', '/ip route add dst-address=0.0.0.0/0 gateway=10.0.0.1 blackhole', '/nosuch', ':nosuch 1', '/log info "x"', ':log info "x"',
    '/export file=x show-sensitive', '/system backup save name=x dont-encrypt=yes', '/interface/ovpn-client/add name=x connect-to=1.2.3.4 user=u cipher=aes256-cbc auth=sha256',
    ':put [:serialize to=json value={"a"=1}]', ':put [/ip address get [find] address]', ')', '/ip address\nadd address=1.1.1.1/24 interface=ether1\n/system identity\nset name=b',
  ]; // prettier-ignore

  it('gives the same verdict on a few dozen snippets', async () => {
    const { loadRosCheck } = (await import(ORACLE)) as {
      loadRosCheck: () => Promise<{ check: (text: string, options: object) => unknown[] }>;
    };
    const { check } = await loadRosCheck();
    const cache = new ScriptCache();
    const verdicts = snippets.map((text) => {
      let ours = true;
      try {
        cache.get(text, '7.22.3', '', { undeclared: false, declared: ['a', 'i'] });
      } catch {
        ours = false;
      }
      return { text, ours, oracle: check(text, { version: '7.22.3', abbrev: true }).length === 0 };
    });
    expect(verdicts.filter(({ ours, oracle }) => ours !== oracle)).toEqual([]);
  });
});

describe('the cache', () => {
  it('parses a text once a version and remembers failures', () => {
    const cache = new ScriptCache(2);
    const first = cache.get(':put 1', '7.16.2');
    expect(cache.get(':put 1', '7.18.1')).toBe(first);
    expect(cache.get(':put 1', '7.24')).not.toBe(first);
    cache.get(':put 3', '7.16.2');
    expect(cache.get(':put 1', '7.16.2')).not.toBe(first);
    expect(() => cache.get(':nosuch', '7.16.2')).toThrow(ScriptSyntaxError);
    expect(() => cache.get(':nosuch', '7.16.2')).toThrow(ScriptSyntaxError);
  });
});
