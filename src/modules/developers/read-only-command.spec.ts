import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readOnlyCommand } from './read-only-command.js';

const refusal = (path: string, ...words: string[]): string | undefined => {
  const command = readOnlyCommand(path, words);
  return 'refused' in command ? command.refused : undefined;
};

describe('a command that runs at once', () => {
  it.each([
    ['/interface/print', []],
    ['/ip/route/print', ['=.proplist=dst-address,gateway']],
    ['/ip/firewall/filter/print', ['=stats=', '=.id=*1']],
    ['/interface/getall', []],
    ['/log/print', ['=count-only=']],
  ])('%s %j goes as it is', (path, words) => expect(readOnlyCommand(path, words)).toEqual({ path, words }));

  it.each([
    ['/ping', ['=address=192.0.2.1'], ['=address=192.0.2.1', '=count=4']],
    ['/tool/ping', ['=count=10', '=address=192.0.2.1'], ['=count=10', '=address=192.0.2.1']],
    ['/tool/traceroute', ['=address=192.0.2.1'], ['=address=192.0.2.1', '=count=1', '=max-hops=15', '=timeout=500ms']],
    ['/interface/monitor-traffic', ['=interface=ether1'], ['=interface=ether1', '=once=']],
    ['/interface/ethernet/monitor', ['=.id=ether1'], ['=.id=ether1', '=once=']],
    ['/resolve', ['=domain-name=example.net'], ['=domain-name=example.net']],
  ])('%s is made to end', (path, words, sent) => expect(readOnlyCommand(path, words)).toEqual({ path, words: sent }));

  it.each([
    ...[
      '/system/reboot',
      '/system/reset-configuration',
      '/system/script/run',
      '/execute',
      '/import',
      '/tool/fetch',
      '/export',
      '/ip/address/add',
    ],
    ...[
      '/ip/address/set',
      '/ip/address/remove',
      '/ip/address/enable',
      '/user/add',
      '/system/backup/save',
      '/file/set',
      '/certificate/import',
    ],
    ...[
      '/interface/listen',
      '/system/ssh',
      '/system/telnet',
      '/tool/sniffer/packet/print',
      '/tool/sniffer/quick',
      '/tool/torch',
      '/ppp/secret/get',
    ],
    ...[
      '/interface print',
      'interface/print',
      '/print',
      '/interface/print/',
      '//interface/print',
      '/INTERFACE/PRINT',
      '/interface/print\n/system/reboot',
    ],
    ...[
      '/interface/print;/system/reboot',
      '/interface/print ',
      '',
      '/',
      '/cancel',
      '/login',
      '/quit',
      '/tool/bandwidth-test',
      '/tool/flood-ping',
    ],
    ...['/interface/monitor', '/system/package/update/check-for-updates', '/tool/traceroute/print/run', '/system/resource/cpu/monitor'],
  ])('%j does not', (path) => expect(refusal(path)).toContain('not among the commands that only read'));

  it.each([
    ['/ip/route/print', '=file=routes'],
    ['/ip/route/print', '=interval=1s'],
    ['/ip/route/print', '=follow='],
    ['/ip/route/print', '=follow-only='],
    ['/ip/route/print', '=append='],
    ['/ip/route/print', '=where=x'],
    ['/ip/route/print', '?type=x'],
    ['/ip/route/print', '.tag=1'],
    ['/ip/route/print', '=x'],
    ['/ip/route/print', ''],
    ['/ping', '=interval=1ms'],
    ['/ping', '=count=0'],
    ['/ping', '=count=11'],
    ['/ping', '=count=1e1'],
    ['/ping', '=count='],
    ['/tool/traceroute', '=timeout=1h'],
    ['/tool/traceroute', '=max-hops=255'],
    ['/interface/monitor-traffic', '=duration=1d'],
    ['/interface/monitor-traffic', '=file=x'],
  ])('%s does not take %j', (path, word) => expect(refusal(path, word)).toEqual(expect.any(String)));

  it('has each parameter once', () => expect(refusal('/ping', '=count=1', '=count=9999')).toContain('twice'));

  it('is never other than of the list, whatever is sent', () => {
    const word = fc.oneof(
      fc.string(),
      fc.tuple(fc.string(), fc.string()).map(([name, value]) => `=${name}=${value}`),
    );
    const part = fc.constantFrom('interface', 'print', 'ip', 'add', 'system', 'reboot', 'ping', 'monitor', 'script', 'run', ' ', '');
    const path = fc.oneof(
      fc.string(),
      fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => `/${parts.join('/')}`),
    );
    fc.assert(
      fc.property(path, fc.array(word), (path, words) => {
        const command = readOnlyCommand(path, words);
        if ('refused' in command) return;
        expect(command.path).toMatch(/\/(print|getall|ping|traceroute|monitor|monitor-traffic)$|^\/resolve$/);
        for (const one of command.words ?? []) expect(one).not.toMatch(/^=(file|interval|follow|append|duration)/);
      }),
    );
  });
});
