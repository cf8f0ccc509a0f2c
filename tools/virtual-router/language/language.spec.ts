import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { RouterOsError, UnsupportedByVirtualRouter, VirtualClock, VirtualRouter } from '../index.js';
import { quote } from '../menus/export.js';

const fresh = (version = '7.22.3'): VirtualRouter =>
  new VirtualRouter({ version, clock: new VirtualClock(), random: () => 0.5, dns: { 'host.example': '192.0.2.7' } });

const output = async (script: string, version?: string): Promise<string> => (await fresh(version).run(script)).output.replace(/\n$/, '');

/** Script, what it prints. */
const TABLE: Record<string, [script: string, printed: string][]> = {
  arithmetic: [
    [':put (1 + 2 * 3)', '7'],
    [':put ((1 + 2) * 3)', '9'],
    [':put (10 / 3)', '3'],
    [':put (-7 / 2)', '-3'],
    [':put (10 % 4)', '2'],
    [':put ("5" + 10)', '15'],
    [':put (0xFF & 0x0F)', '15'],
    [':put (0xF0 | 0x0F)', '255'],
    [':put (0xFF ^ 0x0F)', '240'],
    [':put (1 << 4)', '16'],
    [':put (192.168.1.100 & 255.255.255.0)', '192.168.1.0'],
    [':put (192.168.1.1 + 1)', '192.168.1.2'],
    [':put (1d - 1h)', '23:00:00'],
    [':put (1h - 2h)', '-01:00:00'],
    [':put (1h * 2)', '02:00:00'],
    [':local x; :put ($x + 1)', '1'],
  ],
  'comparison and logic': [
    [':put (5 = "5")', 'true'],
    [':put (true = 1)', 'false'],
    [':put ("a" . 1 = "a1")', 'true'],
    [':put (1 < 2 && 2 < 3)', 'true'],
    [':put (true or false)', 'true'],
    [':put (!true)', 'false'],
    [':put (not false)', 'true'],
    [':put ("hello" ~ "^h.*o\\$")', 'true'],
    [':put (192.168.1.1 in 192.168.0.0/16)', 'true'],
    [':put (2001:db8::1 in 2001:db8::/32)', 'true'],
    [':put (24h = 1d)', 'true'],
    [':put (500ms < 1s)', 'true'],
  ],
  types: [
    [':put [:typeof 1]', 'num'],
    [':put [:typeof "1"]', 'str'],
    [':put [:typeof true]', 'bool'],
    [':put [:typeof 1h30m]', 'time'],
    [':put [:typeof 10.0.0.1]', 'ip'],
    [':put [:typeof 10.0.0.0/8]', 'ip-prefix'],
    [':put [:typeof 2001:db8::1]', 'ip6'],
    [':put [:typeof 2001:db8::/32]', 'ip6-prefix'],
    [':put [:typeof *1A]', 'id'],
    [':put [:typeof {1;2}]', 'array'],
    [':put [:typeof []]', 'nil'],
    [':put [:typeof [:find "abc" "x"]]', 'nil'],
    [':local a; :put [:typeof $a]', 'nothing'],
    [':local a {"k"=1}; :put [:typeof ($a->"x")]', 'nothing'],
    [':global f do={:return 1}; :put [:typeof $f]', 'array'],
    [':put [:typeof [:parse ":put 1"]]', 'code'],
    [':put [:typeof [:tonum "23.8"]]', 'nil'],
    [':put [:typeof [:tobool "yes"]]', 'nil'],
    [':put [:typeof [:totime "1h"]]', 'time'],
    [':put [:tonsec 1s]', '1000000000'],
    [':put [:toip 10.0.0.0/24]', '10.0.0.0'],
  ],
  strings: [
    [':put "a\\tb"', 'a\tb'],
    [':put "\\41\\_\\24"', 'A $'],
    [':local x 5; :put "x=$x y=$($x + 1) z=$[:len "abc"]"', 'x=5 y=6 z=3'],
    [':put "one \\\n   two"', 'one two'],
    [':put [:len "\\C3\\A4"]', '2'],
    [':put [:len "ä"]', '2'],
    [':put "ä"', 'ä'],
    [':put [:pick "abcdef" 1 3]', 'bc'],
    [':put [:pick "abcdef" 2]', 'c'],
    [':put [:find "abcabc" "b"]', '1'],
    [':put [:find "abcabc" "b" 1]', '4'],
    [':put [:find "abcabc" "b" -1]', '1'],
    [':put ("a" . "b" . 1)', 'ab1'],
    [':local "my-name" 3; :put $"my-name"', '3'],
  ],
  arrays: [
    [':put {1;2;3}', '1;2;3'],
    [':put [:len ({})]', '0'],
    [':put {"b"=2;"a"=1}', 'a=1;b=2'],
    [':put ({1;2},{3;4})', '1;2;3;4'],
    [':put ({1;2},5)', '1;2;5'],
    [':local d {"a"={"b"="deep"}}; :put ($d->"a"->"b")', 'deep'],
    [':local a {1;2}; :set ($a->0) 9; :put $a', '9;2'],
    [':local a ({}); :set ($a->"k"->"l") 1; :put ($a->"k"->"l")', '1'],
    [':local a {"x"=1;"y"=2}; :set ($a->"x"); :put $a', 'y=2'],
    [':local a {1;2}; :local b $a; :set ($b->0) 7; :put $a', '1;2'],
    [':foreach k,v in={"b"=2;"a"=1} do={:put "$k:$v"}', 'a:1\nb:2'],
    [':put [:toarray "a,b,c"]', 'a;b;c'],
    [':put [:find {"x";"y"} "y"]', '1'],
    [':put ({1;2} . "x")', '1x;2x'],
    [':put (({"u"={{"id"=7}}})->"u"->0->"id")', '7'],
  ],
  'control flow': [
    [':if (1 = 1) do={:put y} else={:put n}', 'y'],
    [':for i from=1 to=3 do={:put $i}', '1\n2\n3'],
    [':for i from=3 to=1 do={:put $i}', '3\n2\n1'],
    [':for i from=0 to=4 step=2 do={:put $i}', '0\n2\n4'],
    [':local i 0; :while ($i < 2) do={:set i ($i + 1)}; :put $i', '2'],
    [':local i 0; :do {:set i ($i + 1)} while=($i < 3); :put $i', '3'],
    [':foreach x in=1,2 do={:put $x}', '1\n2'],
    [':do {:error "boom"} on-error={:put caught}', 'caught'],
    [':onerror e in={:error "boom"} do={:put "got $e"}', 'got boom'],
    [':put [:onerror e in={:put a} do={}]', 'a\nfalse'],
    [':local n 0; :retry command={:set n ($n + 1); :if ($n < 3) do={:error x}} delay=0 max=5; :put $n', '3'],
    [':retry command={:error x} delay=0 max=2 on-error={:put gave-up}', 'gave-up'],
    [':for i from=1 to=9 do={:if ($i = 3) do={:break}; :put $i}', '1\n2'],
    [':put a; :exit; :put b', 'a'],
  ],
  'functions and scopes': [
    [':local f do={:return ($1 + $b)}; :put [$f 1 b=5]', '6'],
    [':global g 1; :local f do={:put "[$g]"}; $f', '[]'],
    [':global g 1; :local f do={:global g; :put "[$g]"}; $f', '[1]'],
    [':local x 1; { :local x 2 }; :put $x', '1'],
    [':local x 1; { :set x 2 }; :put $x', '2'],
    [':global fact do={:global fact; :if ($1 < 2) do={:return 1}; :return ($1 * [$fact ($1 - 1)])}; :put [$fact 5]', '120'],
    [':local f do={:put $0}; $f', 'f'],
    [':local t {"run"=[:parse ":return (\\$1 * 2)"]}; :put [($t->"run") 4]', '8'],
    ['[[:parse ":put \\$name"] name=x]', 'x'],
    [':put [:execute ":put inner" as-string]', 'inner\n'],
  ],
  conversion: [
    [':put [:convert "abc" to=base64]', 'YWJj'],
    [':put [:convert from=base64 "YWJj"]', 'abc'],
    [':put [:convert "abc" to=hex]', '616263'],
    [':put [:convert "a b/ä" to=url]', 'a%20b%2F%C3%A4'],
    [':put [:serialize to=json value={"z"=1;"a"={1;2}}]', '{"a":[1,2],"z":1}'],
    [':put [:serialize to=json value="123"]', '123.000000'],
    [':put [:serialize to=json value="123" options=json.no-string-conversion]', '"123"'],
    [':put ([:deserialize from=json value="{\\"a\\":[{\\"b\\":true}]}"]->"a"->0->"b")', 'true'],
    [':put [:typeof [:deserialize from=json value="\\"123\\""]]', 'num'],
    [':put [:resolve host.example]', '192.0.2.7'],
    [':put [:range 2 4]', '2;3;4'],
  ],
};

for (const [topic, rows] of Object.entries(TABLE)) {
  describe(topic, () => {
    it.each(rows)('%s', async (script, printed) => {
      expect(await output(script)).toBe(printed);
    });
  });
}

describe('errors', () => {
  it.each([
    [':put (10 / 0)', 'division by zero'],
    [':put ("a" < "b")', 'cannot compare if str is more than str'],
    [':error "no good"', 'no good'],
    [':put [:deserialize from=json value="{x}"]', 'failure: deserialize failed: syntax error'],
    [':put [:resolve nowhere.example]', 'failure: dns name does not exist'],
    ['[[:parse "/ip adress print"]]', 'bad command name adress (line 1 column 5)'],
  ])('%s raises %s', async (script, message) => {
    await expect(output(script)).rejects.toThrow(new RouterOsError(message));
    expect(await output(`:onerror e in={${script}} do={:put $e}`)).toBe(message);
  });

  it('refuses a whole script for one unknown name, and nothing of it runs', async () => {
    const router = fresh();
    await expect(router.run(':onerror e in={/ip nosuch print} do={}; /system identity set name=changed')).rejects.toThrow(
      'bad command name nosuch',
    );
    expect(router.item('/system/identity')).toMatchObject({ name: 'MikroTik' });
  });

  it('keeps a hidden variable and an undeclared one apart', async () => {
    await expect(output(':put $nobody')).rejects.toThrow('undeclared variable nobody (line 1 column 6)');
    await expect(output(':set nobody 1')).rejects.toThrow('undeclared variable nobody');
    await expect(output('{ :local inner 1 }; :put $inner')).rejects.toThrow('undeclared variable inner');
  });

  it('lets no script catch what is not modelled', async () => {
    const router = fresh();
    await expect(router.run(':do {/system backup load name=x} on-error={:put hidden}')).rejects.toThrow(UnsupportedByVirtualRouter);
    expect(router.failures).toHaveLength(1);
  });

  it('treats a bare :return as the hang it is', async () => {
    await expect(output(':local f do={:return}; $f')).rejects.toThrow(UnsupportedByVirtualRouter);
  });
});

describe('versions', () => {
  it.each([
    ['7.12.1', ':onerror e in={:put a} do={}', 'bad command name onerror (line 1 column 2)'],
    ['7.16.2', ':put [:range 1 2]', 'bad command name range'],
    ['6.49.10', ':retry command={:put a} delay=1 max=1', 'bad command name retry'],
    ['6.49.10', '/tool/fetch url=x', 'expected end of command (line 1 column 6)'],
    ['6.49.10', '/system device-mode print', 'bad command name device-mode'],
  ])('%s refuses %s', async (version, script, message) => {
    await expect(output(script, version)).rejects.toThrow(message);
  });

  it('runs classic syntax on RouterOS 6', async () => {
    expect(await output(':do { :put [/system resource get version] } on-error={ :put no }', '6.49.10')).toBe('6.49.10 (stable)');
  });
});

describe('quoting', () => {
  it('gives back any string that was quoted by RouterOS rules', async () => {
    const router = fresh();
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)) }), async (text) => {
        const { value } = await router.run(`:return ${quote(text) === text ? `"${text}"` : quote(text)}`);
        expect(value).toBe(text);
      }),
      { numRuns: 300 },
    );
  });
});
