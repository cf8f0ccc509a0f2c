import { describe, expect, it } from '@jest/globals';
import {
  and,
  array,
  at,
  builtin,
  codeString,
  concat,
  contains,
  differs,
  equal,
  find,
  findAny,
  get,
  len,
  less,
  map,
  matches,
  not,
  or,
  parsed,
  plus,
  resultOf,
  script,
  Script,
  seconds,
  text,
  UnprintableScriptValue,
  UnsafeScriptName,
  v,
  word,
  type Body,
  type ScriptText,
} from './index.js';

const minified = (body: Body): string => script(body).toString();

describe('the script builder', () => {
  it.each<[string, Body, string]>([
    [
      'sets an item found by its properties',
      (s) => s.set('/ip/service', { name: 'ssh' }, { disabled: true, port: 22, address: ['10.0.0.0/8', '192.168.0.0/16'] }),
      '/ip service set [/ip service find where name="ssh"] disabled=yes port=22 address=10.0.0.0/8,192.168.0.0/16',
    ],
    ['sets a menu that has no items', (s) => s.set('/ip/dns', null, { servers: ['9.9.9.9'] }), '/ip dns set servers=9.9.9.9'],
    ['names an item', (s) => s.disable('/interface', 'ether 1'), '/interface disable "ether 1"'],
    [
      'leaves out what is undefined',
      (s) => s.add('/ip/route', { gateway: '10.0.0.1', comment: undefined }),
      '/ip route add gateway="10.0.0.1"',
    ],
    ['quotes a list that has more than plain items', (s) => s.set('/snmp', null, { x: ['a b', '!c'] }), '/snmp set x="a b,!c"'],
    [
      'negates in a list',
      (s) => s.set('/system/logging', v('r'), { topics: ['info', '!fetch'] }),
      '/system logging set $r topics=info,!fetch',
    ],
    ['empties a list', (s) => s.set('/snmp', null, { x: [] }), '/snmp set x=""'],
    [
      'joins conditions',
      (s) => s.remove('/a', { name: matches('^x'), comment: differs('y'), dynamic: false }),
      '/a remove [/a find where name~"^x" && comment!="y" && dynamic=no]',
    ],
    [
      'finds by alternatives',
      (s) => s.remove('/a', findAny('/a', { name: 'x', disabled: true }, { comment: 'y' })),
      '/a remove [/a find where (name="x" && disabled=yes) || comment="y"]',
    ],
    ['finds every item', (s) => s.foreach('i', find('/a'), (s) => s.put(v('i'))), ':foreach i in=[/a find] do={:put $i}'],
    ['writes keyed and empty arrays', (s) => s.local('a', map({ Key: 1, b: array([]) })), ':local a {"Key"=1;"b"=[:toarray ""]}'],
    [
      'keeps booleans apart: true in expressions, yes in arguments',
      (s) => s.local('a', true).add('/a', { b: true }),
      ':local a true;/a add b=yes',
    ],
    [
      'puts operators that would join a word apart',
      (s) => s.put(plus(v('n'), 1)).put(concat(v('a'), 'b', concat(v('c'), v('d')))),
      ':put ($n + 1);:put ($a."b".$c.$d)',
    ],
    [
      'nests conditions',
      (s) =>
        s.if(
          and(not(v('a')), or(less(v('b'), 2), equal(v('c'), 'x'))),
          (s) => s.put('y'),
          (s) => s.put('n'),
        ),
      ':if ((!$a)&&(($b<2)||($c="x"))) do={:put "y"} else={:put "n"}',
    ],
    ['makes a condition of a value', (s) => s.while(v('on'), (s) => s.delay(seconds(6))), ':while ($on=true) do={:delay 6s}'],
    ['writes variables into text', (s) => s.put(text`try ${v('n')} of ${10}`), ':put "try $n of 10"'],
    ['keeps a variable apart from letters after it', (s) => s.put(text`${v('n')}th $x`), ':put ($n."th \\$x")'],
    ['counts down with a step', (s) => s.for('i', 3, 1, (s) => s.put(v('i'))), ':for i from=3 to=1 step=-1 do={:put $i}'],
    [
      'guards',
      (s) =>
        s.tryDo(
          (s) => s.error('x'),
          (s) => s.put('caught'),
        ),
      ':do {:error "x"} on-error={:put "caught"}',
    ],
    [
      'guards and knows the reason',
      (s) =>
        s.onError(
          'e',
          (s) => s.error('x'),
          (s) => s.put(v('e')),
        ),
      ':onerror e in={:error "x"} do={:put $e}',
    ],
    [
      'guards against what does not parse',
      (s) => s.guardedParse(script((s) => s.set('/new/menu', null, { a: 'b' }))),
      ':do {{:local run [:parse "/new menu set a=\\"b\\""];$run}} on-error={}',
    ],
    [
      'defines and calls functions',
      (s) =>
        s
          .localFunction('f', (s) => s.return(v('x')))
          .call('f', { x: 1 })
          .put(resultOf('f', { x: 'a' })),
      ':local f do={:return $x};$f x=1;:put [$f x="a"]',
    ],
    ['never returns nothing', (s) => s.return(), ':return ""'],
    [
      'declares and sets globals',
      (s) => s.global('last').assign('last', 'x').assignElement('m', 'k', 2),
      ':global last;:set last "x";:set ($m->"k") 2',
    ],
    ['runs code in the background', (s) => s.execute(script((s) => s.put('a'))), ':execute script=":put \\"a\\""'],
    [
      'reads',
      (s) =>
        s
          .put(get('/system/identity', null, 'name'))
          .put(get('/a', { name: 'x' }, 'b'))
          .put(at(v('m'), 'k')),
      ':put [/system identity get name];:put [/a get [/a find where name="x"] b];:put ($m->"k")',
    ],
    [
      'uses built-ins as values',
      (s) =>
        s
          .put(len(v('a')))
          .put(builtin('pick', v('a'), 0, 2))
          .put(contains(v('a'), 'x')),
      ':put [:len $a];:put [:pick $a 0 2];:put ([:typeof [:find $a "x"]]="num")',
    ],
    ['joins scripts', (s) => s.append(script((s) => s.put(1))).block(script((s) => s.put(2))), ':put 1;{:put 2}'],
    [
      'writes words and flags',
      (s) => s.command('/tool', 'fetch', { args: { url: 'http://a', output: word('none') }, flags: ['as-value'] }),
      '/tool fetch as-value url="http://a" output=none',
    ],
  ])('%s', (_what, body, expected) => expect(minified(body)).toBe(expected));

  it('prints lines, indentation and comments for people', () => {
    const readable = script((s) =>
      s.comment('Why\nin two lines \\').if(
        v('a'),
        (s) => s.put('x'),
        () => undefined,
      ),
    ).toString({ readable: true });
    expect(readable).toBe('# Why\n# in two lines\n:if ($a = true) do={\n    :put "x"\n} else={}\n');
  });

  it('leaves the same on the router in both forms', () => {
    const event = codeString(script((s) => s.comment('c').if(v('a'), (s) => s.put('x'))));
    const built = script((s) => s.add('/system/scheduler', { name: 'a', 'on-event': event }));
    expect(built.toString({ readable: true }).trimEnd()).toBe(built.toString());
  });

  it.each([0, 59, 3_600, 90_061, 604_800])('writes %i seconds as a duration', (total) => {
    const expected = new Map([
      [0, '0s'],
      [59, '59s'],
      [3_600, '1h'],
      [90_061, '1d1h1m1s'],
      [604_800, '1w'],
    ]);
    expect(minified((s) => s.delay(seconds(total)))).toBe(`:delay ${expected.get(total)}`);
  });

  it.each<[string, Body]>([
    ['a menu', (s) => s.add('/ip/address add disabled=yes', {})],
    ['a menu without a slash', (s) => s.add('ip', {})],
    ['a command', (s) => s.command('/ip', 'set;')],
    ['an argument', (s) => s.add('/ip/address', { 'a=b c': 1 })],
    ['an argument of the prototype', (s) => s.add('/ip/address', JSON.parse('{"__proto__x": 1}'))],
    ['a property', (s) => s.remove('/ip', { 'name=1 || name': 'x' })],
    ['a flag', (s) => s.command('/ip', 'x', { flags: ['a b'] })],
    ['a variable', (s) => s.local('my-name')],
    ['an operator as a variable', (s) => s.local('in')],
    ['a read variable', (s) => s.put(v('a b'))],
    ['a word', (s) => s.put(word('a;b'))],
    ['a built-in', (s) => s.put(builtin('len $x', 1))],
  ])('refuses %s that is not a name', (_what, body) => expect(() => script(body)).toThrow(UnsafeScriptName));

  it.each<[string, Body]>([
    ['a fraction', (s) => s.put(1.5)],
    ['a number beyond what is exact', (s) => s.put(2 ** 60)],
    ['no number', (s) => s.put(NaN)],
    ['a negative duration', (s) => s.delay(seconds(-1))],
    ['a list item with a comma', (s) => s.add('/a', { b: ['x', 'y,z'] })],
    ['a property compared with itself', (s) => s.remove('/a', { name: v('name') })],
    ['an object', (s) => s.put({} as never)],
    ['nothing', (s) => s.put(null as never)],
  ])('refuses %s', (_what, body) => expect(() => minified(body)).toThrow(UnprintableScriptValue));

  it('keeps plain strings and scripts apart at compile time', () => {
    const takesScript = (value: Script): Script => value;
    const takesText = (value: ScriptText): ScriptText => value;
    // @ts-expect-error text is no script
    takesScript(':put 1');
    // @ts-expect-error nor is what looks like one
    takesScript({ body: [], isEmpty: true, byteLength: 0, toString: () => '' as ScriptText });
    // @ts-expect-error text that the printer did not make
    takesText(':put 1');
    expect(takesText(script((s) => s.put(parsed('1'))).toString())).toBe(':put [:parse "1"]');
  });

  it('counts bytes, not characters', () => {
    expect(script((s) => s.put('é')).byteLength).toBe(Buffer.byteLength(':put "é"'));
    expect(script(() => undefined).isEmpty).toBe(true);
  });
});
