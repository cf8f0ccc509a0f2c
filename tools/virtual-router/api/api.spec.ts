import { afterEach, describe, expect, it } from '@jest/globals';
import { connect, type Socket } from 'node:net';
import { encodeSentence, RouterApi, SentenceReader, wordText, type ApiReply } from '../../../src/routeros/api/index.js';
import { eventually } from '../../../test/support/eventually.js';
import { VirtualRouter, type RouterOptions } from '../index.js';
import { ApiServer, type ApiServerOptions } from './index.js';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function served(options: RouterOptions = {}, service: ApiServerOptions = {}) {
  const router = new VirtualRouter({ model: 'RB5009UG+S+', ...options });
  const server = await ApiServer.start(router, service);
  const api = new RouterApi();
  closing.push(
    () => server.close(),
    () => api.close(),
  );
  const run = (path: string, words: string[] = [], as: { user?: string; password?: string; port?: number } = {}): Promise<ApiReply> =>
    api.run({ host: '127.0.0.1', port: server.portOf(), user: 'admin', password: '', ...as }, { path, words });
  const column = async (path: string, words: string[], name = 'name'): Promise<(string | undefined)[]> =>
    (await run(path, words)).rows.map((row) => row[name]);
  return { router, server, run, column };
}

/** A client that says what it is told to, sentence by sentence. */
class Raw {
  readonly heard: string[][] = [];
  closed = false;
  private constructor(readonly socket: Socket) {
    const reader = new SentenceReader({ wordBytes: 1 << 20, sentenceBytes: 1 << 20, words: 1000 });
    socket.on('data', (chunk: Buffer) => {
      for (const words of reader.push(chunk)) this.heard.push(words.map(wordText));
    });
    socket.on('error', () => undefined);
    socket.on('close', () => (this.closed = true));
  }

  static async to(port: number, from?: string): Promise<Raw> {
    const socket = connect({ host: '127.0.0.1', port, localAddress: from });
    const raw = new Raw(socket);
    closing.push(async () => socket.destroy());
    await eventually(() => socket.readyState === 'open' || raw.closed);
    return raw;
  }

  say(...words: string[]): this {
    this.socket.write(encodeSentence(words));
    return this;
  }

  /** Waits for so many sentences in all. */
  async hears(count: number): Promise<string[][]> {
    await eventually(() => this.heard.length >= count);
    return this.heard;
  }

  static async loggedIn(port: number, name = 'admin', password = ''): Promise<Raw> {
    const raw = await Raw.to(port);
    await raw.say('/login', `=name=${name}`, `=password=${password}`).hears(1);
    expect(raw.heard.splice(0)).toEqual([['!done']]);
    return raw;
  }
}

describe('The API of a virtual router', () => {
  it('works on the configuration that scripts see', async () => {
    const { router, run } = await served();
    await router.run('/interface bridge add name=lan');
    const { ret } = await run('/interface/bridge/port/add', ['=bridge=lan', '=interface=ether2']);
    await run('/interface/bridge/port/comment', [`=numbers=${ret}`, '=comment=desk']);
    await run('/interface/bridge/port/disable', [`=.id=${ret}`]);
    expect(router.export('/interface/bridge/port')).toContain('add bridge=lan comment=desk disabled=yes interface=ether2');
    await run('/interface/bridge/port/enable', [`=.id=${ret}`]);
    expect((await run('/interface/bridge/port/get', [`=.id=${ret}`, '=value-name=disabled'])).ret).toBe('false');
    expect((await run('/interface/bridge/port/find')).ret).toBe(ret);
    await run('/system/script/add', ['=name=s', '=source=/system identity set name=by-script']);
    await run('/system/script/run', ['=.id=s']);
    expect((await run('/execute', ['=script=:put [/system identity get name]', '=as-string='])).ret).toBe('by-script\n');
    expect(router.failures).toEqual([]);
  });

  it('moves rules, places new ones, and takes properties away', async () => {
    const { run, column } = await served();
    const ids: string[] = [];
    for (const comment of ['a', 'b', 'c'])
      ids.push(
        (await run('/ip/firewall/filter/add', ['=chain=input', '=action=accept', '=protocol=tcp', '=dst-port=22', `=comment=${comment}`]))
          .ret!,
      );
    await run('/ip/firewall/filter/move', [`=numbers=${ids[2]}`, `=destination=${ids[0]}`]);
    await run('/ip/firewall/filter/add', ['=chain=input', '=action=drop', '=comment=first', `=place-before=${ids[2]}`]);
    expect(await column('/ip/firewall/filter/print', [], 'comment')).toEqual(['first', 'c', 'a', 'b']);
    await run('/ip/firewall/filter/unset', [`=.id=${ids[0]}`, '=value-name=dst-port']);
    await run('/ip/firewall/filter/set', [`=.id=${ids[1]}`, '=dst-port=']);
    expect(await column('/ip/firewall/filter/print', ['?dst-port'], 'comment')).toEqual(['c']);
  });

  it.each<[string[], string]>([
    [['?name'], 'a b c d'],
    [['?comment'], 'b'],
    [['?-comment'], 'a c d'],
    [['?name=a'], 'a'],
    [['?=name=a'], 'a'],
    [['?disabled=true'], 'c'],
    [['?disabled=yes'], 'c'],
    [['?>mtu=1400'], 'b d'],
    [['?<mtu=1450'], 'a c'],
    [['?name=a', '?name=b'], ''],
    [['?name=a', '?name=b', '?#|'], 'a b'],
    [['?name=a', '?#!'], 'b c d'],
    [['?name=a', '?name=b', '?#|!'], 'c d'],
    [['?name=a', '?disabled=true', '?name=b', '?#||'], 'a b c'],
    [['?>mtu=1400', '?comment', '?#!&'], 'd'],
    [['?name=a', '?name=b', '?#1'], 'a'],
    [['?name=a', '?#..&&'], 'a'],
    [['?name=b', '?name=a', '?#1.|'], 'b'],
    [['?name=a', '?name=c', '?#0|1'], 'a'],
  ])('answers the query %j', async (query, expected) => {
    const { router, column } = await served();
    await router.run(`/interface vlan
add name=a vlan-id=1 interface=ether1 mtu=1400
add name=b vlan-id=2 interface=ether1 mtu=1480 comment=x
add name=c vlan-id=3 interface=ether1 mtu=900 disabled=yes
add name=d vlan-id=4 interface=ether1 mtu=1500`);
    expect((await column('/interface/vlan/print', query)).join(' ')).toBe(expected);
  });

  it('renders values as the API does', async () => {
    const { router, run } = await served();
    await router.run('/system scheduler add name=s interval=90s start-date=2026-01-01 start-time=00:00:00 on-event="" disabled=yes');
    const { rows } = await run('/system/scheduler/print', ['=.proplist=name,interval,disabled,policy,nonsense']);
    expect(rows).toEqual([
      { name: 's', interval: '1m30s', disabled: 'true', policy: 'ftp,reboot,read,write,policy,test,password,sniff,sensitive,romon' },
    ]);
    expect((await run('/system/resource/print', ['=.proplist=cpu-count'])).rows).toEqual([{ 'cpu-count': '4' }]);
    expect((await run('/tool/ping', ['=address=10.0.0.1', '=count=2'])).rows).toMatchObject([
      { host: '10.0.0.1', sent: '1', received: '1', 'packet-loss': '0' },
      { sent: '2', received: '2' },
    ]);
  });

  it.each<[string, string[], string, number | undefined]>([
    ['/ip/nothing/print', [], 'no such command prefix', 0],
    ['/ip/address/dance', [], 'no such command', 0],
    ['/put', ['=message=x'], 'no such command', 0],
    ['/ip/address/remove', ['=.id=*FF'], 'no such item', 0],
    ['/ip/address/remove', [], 'missing =.id=', undefined],
    ['/ip/address/add', ['=address=10.0.0.1/24', '=interface=nowhere'], 'input does not match any value of interface', 1],
    ['/ip/address/add', ['=address=300.0.0.1/24', '=interface=ether1'], 'invalid value for argument address', 1],
    ['/ip/address/add', ['=adress=10.0.0.1/24'], 'unknown parameter adress', undefined],
    ['/interface/bridge/add', ['=name=ether1'], 'failure: already have interface with such name', undefined],
    ['/system/logging/action/remove', ['=.id=memory'], 'failure: can not remove default entry', undefined],
    ['/ip/address/print', ['?#&'], 'invalid query', undefined],
  ])('refuses %s %j', async (path, words, message, category) => {
    const { router, run } = await served();
    // an item, so that queries have something to judge
    await router.run('/ip address add address=10.9.9.9/24 interface=ether1');
    await expect(run(path, words)).rejects.toMatchObject({ message, category });
    expect(router.failures).toEqual([]);
  });

  it('notes what nobody modelled', async () => {
    const { router, run } = await served();
    await expect(run('/system/backup/load', ['=name=x', '=password='])).rejects.toThrow('not supported by the virtual router');
    expect(router.failures).toHaveLength(1);
  });

  it('holds users to their groups', async () => {
    const { router, run, server } = await served();
    await router.run(`/user group add name=no-api policy=read,write,!api
/user group add name=blunt policy=read,api,!sensitive
/user add name=reader group=read password=r
/user add name=writer group=write password=w
/user add name=blind group=blunt password=b
/user add name=locked group=no-api password=l
/user add name=off group=full password=o disabled=yes
/user add name=elsewhere group=full password=e address=10.0.0.0/8
/ppp secret add name=x password=hidden`);
    const as = (user: string, password: string) => ({ user, password });
    const none = 'not enough permissions (9)';
    expect((await run('/ip/address/print', [], as('reader', 'r'))).rows).toEqual([]);
    await expect(run('/system/identity/set', ['=name=x'], as('reader', 'r'))).rejects.toThrow(none);
    await run('/system/identity/set', ['=name=x'], as('writer', 'w'));
    await expect(run('/user/add', ['=name=y', '=group=full'], as('writer', 'w'))).rejects.toThrow(none);
    expect((await run('/ppp/secret/print', [], as('reader', 'r'))).rows).toMatchObject([{ password: 'hidden' }]);
    expect((await run('/ppp/secret/print', [], as('blind', 'b'))).rows[0]).not.toHaveProperty('password');
    for (const row of (await run('/user/print')).rows) expect(row).not.toHaveProperty('password');
    await expect(run('/ip/address/print', [], as('locked', 'l'))).rejects.toMatchObject({
      code: 'login_refused',
      message: 'not permitted (9)',
    });
    for (const refused of [as('off', 'o'), as('elsewhere', 'e'), as('nobody', ''), as('admin', 'x')])
      await expect(run('/ip/address/print', [], refused)).rejects.toThrow('invalid user name or password (6)');
    expect(router.log.map((entry) => entry.message)).toContain('login failure for user elsewhere from 127.0.0.1 via api');
    expect((await run('/user/active/print', ['?name=reader'])).rows).toMatchObject([{ name: 'reader', via: 'api', address: '127.0.0.1' }]);
    expect(server.portOf()).toBeGreaterThan(0);
  });

  it('answers where and to whom the service is set', async () => {
    const { router, run, server } = await served(
      {},
      { ports: { 8728: 0, 9999: 0 }, peer: (address) => (address === '127.0.0.2' ? '100.64.0.9' : address) },
    );
    const moved = { port: server.portOf(9999) };
    await expect(run('/ip/address/print', [], moved)).rejects.toMatchObject({ code: 'unreachable' });
    await run('/ip/service/set', ['=.id=api', '=port=9999', '=address=127.0.0.1/32']);
    await run('/ip/address/print', [], moved);
    const other = await Raw.to(server.portOf(8728));
    await eventually(() => other.closed);
    // the router sees another address than the real one
    const tunnel = await Raw.to(server.portOf(9999), '127.0.0.2');
    await eventually(() => tunnel.closed);
    await router.run('/ip service set api address=100.64.0.0/10');
    const again = await Raw.to(server.portOf(9999), '127.0.0.2');
    expect((await again.say('/login', '=name=admin', '=password=').hears(1))[0]).toEqual(['!done']);
  });

  it('takes as many sessions as the service allows, of two hundred', async () => {
    const { router, server } = await served();
    const all = await Promise.all(Array.from({ length: 200 }, () => Raw.to(server.portOf())));
    await eventually(() => all.filter((each) => each.closed).length === 180);
    expect(router.sessions.size).toBe(20);
    const open = all.filter((each) => !each.closed);
    for (const each of open) each.say('/login', '=name=admin', '=password=');
    for (const each of open) expect(await each.hears(1)).toEqual([['!done']]);
    for (const each of open) each.socket.destroy();
    await eventually(() => router.sessions.size === 0);
  });

  it('speaks the protocol to the letter', async () => {
    const { server } = await served({ version: '7.18' });
    const raw = await Raw.to(server.portOf());
    await raw.say('/login', '=name=admin', '=password=wrong').hears(2);
    expect(raw.heard.splice(0)).toEqual([['!trap', '=message=invalid user name or password (6)'], ['!done']]);
    raw.say('/login', '=name=admin', '=password=', '.tag=in');
    raw.say('/ip/route/print', '.tag=a b');
    raw.say('/x/print', '.tag=c');
    raw.say('/ip/route/print', 'bare', '.tag=d');
    raw.say('/ip/address/getall');
    await raw.hears(9);
    expect(raw.heard).toEqual([
      ['!done', '.tag=in'],
      ['!trap', '=category=0', '=message=no such command prefix', '.tag=c'],
      ['!done', '.tag=c'],
      ['!trap', '=message=invalid api word', '.tag=d'],
      ['!done', '.tag=d'],
      ['!empty', '.tag=a b'],
      ['!done', '.tag=a b'],
      ['!empty'],
      ['!done'],
    ]);
    raw.heard.splice(0);
    await raw.say('/quit').hears(1);
    expect(raw.heard).toEqual([['!fatal', 'session terminated on request']]);
    await eventually(() => raw.closed);
  });

  it('has no !empty before 7.18, and nothing for strangers', async () => {
    const { server } = await served({ version: '7.17.2' });
    const raw = await Raw.loggedIn(server.portOf());
    await raw.say('/ip/route/print').hears(1);
    expect(raw.heard).toEqual([['!done']]);
    const stranger = await Raw.to(server.portOf());
    await stranger.say('/ip/route/print').hears(1);
    expect(stranger.heard).toEqual([['!fatal', 'not logged in']]);
    await eventually(() => stranger.closed);
  });

  it('does nothing more for whom it said goodbye to', async () => {
    const { server, router } = await served();
    const raw = await Raw.loggedIn(server.portOf());
    raw.socket.write(Buffer.concat([encodeSentence(['/quit']), encodeSentence(['/system/identity/set', '=name=late'])]));
    const stranger = await Raw.to(server.portOf());
    stranger.socket.write(
      Buffer.concat([['/x'], ['/login', '=name=admin', '=password='], ['/system/identity/set', '=name=late']].map(encodeSentence)),
    );
    await eventually(() => raw.closed && stranger.closed);
    expect(router.item('system/identity')).toEqual({ '.id': '*0', name: 'MikroTik' });
  });

  it('runs commands side by side and cancels them by tag', async () => {
    const { server, router } = await served();
    const raw = await Raw.loggedIn(server.portOf());
    raw.say('/execute', '=script=:delay 60s', '=as-string=', '.tag=slow');
    raw.say('/system/identity/print', '.tag=quick');
    await raw.hears(2);
    expect(raw.heard.splice(0)).toEqual([
      ['!re', '=name=MikroTik', '.tag=quick'],
      ['!done', '.tag=quick'],
    ]);
    raw.say('/cancel', '=tag=slow', '.tag=x');
    await raw.hears(3);
    expect(raw.heard.splice(0).sort()).toEqual([
      ['!done', '.tag=slow'],
      ['!done', '.tag=x'],
      ['!trap', '=category=2', '=message=interrupted', '.tag=slow'],
    ]);
    expect(router.jobs.running.size).toBe(0);
  });

  it('tells a listener what changes, whoever changes it', async () => {
    const { server, router, run } = await served();
    const raw = await Raw.loggedIn(server.portOf());
    raw.say('/ip/dns/static/listen', '=.proplist=.id,name,disabled', '.tag=l');
    raw.say('/system/identity/print', '.tag=ready');
    await raw.hears(2);
    raw.heard.splice(0);
    await router.run('/ip dns static add name=a.example address=10.0.0.1');
    const id = String(router.items('ip/dns/static')[0]!['.id']);
    await run('/ip/dns/static/set', [`=.id=${id}`, '=disabled=yes']);
    await run('/system/identity/set', ['=name=other']);
    await run('/ip/dns/static/remove', [`=.id=${id}`]);
    await raw.hears(3);
    expect(raw.heard.splice(0)).toEqual([
      ['!re', `=.id=${id}`, '=name=a.example', '=disabled=false', '.tag=l'],
      ['!re', `=.id=${id}`, '=name=a.example', '=disabled=true', '.tag=l'],
      ['!re', `=.id=${id}`, '=.dead=yes', '.tag=l'],
    ].map((words) => expect.arrayContaining(words)));
    await raw.say('/cancel', '.tag=x').hears(3);
    expect(raw.heard.slice(-3)).toEqual([['!trap', '=category=2', '=message=interrupted', '.tag=l'], ['!done', '.tag=l'], ['!done', '.tag=x']]);
  }); // prettier-ignore

  it('goes down with the router', async () => {
    const { server, router } = await served();
    const raw = await Raw.loggedIn(server.portOf());
    raw.say('/system/reboot');
    await eventually(() => raw.closed);
    expect(router.sessions.size).toBe(0);
    router.powerOff();
    const off = await Raw.to(server.portOf());
    await eventually(() => off.closed);
    router.powerOn();
    await Raw.loggedIn(server.portOf());
    expect(router.failures).toEqual([]);
  });

  it('hangs up on whoever does not speak the API', async () => {
    const { server, router } = await served();
    for (const bytes of [Buffer.of(0xf8), Buffer.from('f0ffffffff', 'hex'), Buffer.alloc(3 << 20, 0x41)]) {
      const raw = await Raw.to(server.portOf());
      raw.socket.write(bytes);
      await eventually(() => raw.closed || raw.heard.length > 0);
    }
    expect(router.failures).toEqual([]);
  });
});
