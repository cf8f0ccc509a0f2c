import { afterEach, describe, expect, it } from '@jest/globals';
import { createServer, type AddressInfo } from 'node:net';
import { eventually } from '../../../test/support/eventually.js';
import { ApiServer, VirtualRouter, type ApiServerOptions, type RouterOptions } from '../../../tools/virtual-router/index.js';
import {
  CommandCancelledError,
  RouterApi,
  RouterApiClosedError,
  RouterBusyError,
  RouterConnectionLostError,
  RouterTimeoutError,
  RouterTrapError,
  RouterUnreachableError,
  type ApiReply,
  type RouterApiOptions,
  type RouterTarget,
  type RunOptions,
} from './index.js';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** A router with an API, and a client of it; `run` runs a command as admin. */
async function fleetOf(router: RouterOptions = {}, client: RouterApiOptions = {}, service: ApiServerOptions = {}) {
  const virtual = new VirtualRouter({ model: 'RB5009UG+S+', ...router });
  const server = await ApiServer.start(virtual, service);
  const api = new RouterApi(client);
  closing.push(
    () => server.close(),
    () => api.close(),
  );
  const target: RouterTarget = { host: '127.0.0.1', port: server.portOf(), user: 'admin', password: '' };
  const run = (path: string, words: string[] = [], options: RunOptions = {}, as: Partial<RouterTarget> = {}): Promise<ApiReply> =>
    api.run({ ...target, ...as }, { path, words }, options);
  const sessions = (): number => virtual.sessions.size;
  return { virtual, server, api, target, run, sessions };
}

/** A command that takes as long as it is let. */
const SLOW: [string, string[]] = ['/execute', ['=script=:delay 60s', '=as-string=']];

describe('The client of the RouterOS API, on a router', () => {
  it('prints, adds, changes and removes, and answers what the router answers', async () => {
    const { virtual, run } = await fleetOf();
    const { ret } = await run('/ip/address/add', ['=address=10.1.2.3/24', '=interface=ether1', '=comment=Büro "1"; [x] $y\n!done']);
    expect(ret).toMatch(/^\*[0-9A-F]+$/);
    const { rows } = await run('/ip/address/print', [`?.id=${ret}`, '.proplist=.id,address,comment,disabled']);
    expect(rows).toEqual([{ '.id': ret, address: '10.1.2.3/24', comment: 'Büro "1"; [x] $y\n!done', disabled: 'false' }]);
    expect(await run('/ip/address/set', [`=.id=${ret}`, '=disabled=yes'])).toEqual({ rows: [] });
    expect(virtual.item('ip/address', ret)).toMatchObject({ disabled: true });
    await run('/ip/address/remove', [`=.id=${ret}`]);
    expect(virtual.items('ip/address')).toEqual([]);
    expect((await run('/system/identity/print')).rows).toEqual([{ name: 'MikroTik' }]);
    expect((await run('/ip/service/print', ['=count-only='])).ret).toBe('9');
    expect(virtual.failures).toEqual([]);
  });

  it.each(['7.16.2', '7.18', '7.24'])('knows an empty answer from a router with %s', async (version) => {
    const { run } = await fleetOf({ version });
    expect(await run('/ip/route/print', ['?comment=none'])).toEqual({ rows: [] });
  });

  it('logs in to old routers by challenge', async () => {
    const { virtual, run } = await fleetOf({ version: '6.42.12' });
    await virtual.run('/user set admin password="päss"');
    expect((await run('/system/identity/print', [], {}, { password: 'päss' })).rows).toHaveLength(1);
    await expect(run('/system/identity/print', [], {}, { password: 'x' })).rejects.toMatchObject({
      code: 'login_refused',
      message: 'cannot log in',
    });
  });

  it('says in the router’s words why it refused, and goes on with the same connection', async () => {
    const { run, sessions } = await fleetOf();
    const trap = (await run('/ip/address/remove', ['=.id=*99']).catch((error: unknown) => error)) as RouterTrapError;
    expect(trap).toBeInstanceOf(RouterTrapError);
    expect(trap).toMatchObject({ code: 'trap', message: 'no such item', category: 0, messages: ['no such item'], sent: true });
    await expect(run('/ip/nothing/print')).rejects.toThrow('no such command prefix');
    await expect(run('/ip/address/frobnicate')).rejects.toThrow('no such command');
    await expect(run('/ip/address/add', ['=colour=red'])).rejects.toThrow('unknown parameter colour');
    await expect(run('/ip/address/set', ['=disabled=yes'])).rejects.toThrow('missing =.id=');
    await run('/system/identity/print');
    expect(sessions()).toBe(1);
  });

  it('keeps wrong passwords and foreign connections apart', async () => {
    const { run, virtual } = await fleetOf();
    await virtual.run('/user set admin password=good');
    await run('/system/identity/print', [], {}, { password: 'good' });
    // a kept connection of somebody who knew the password is nobody else's
    await expect(run('/system/identity/print', [], {}, { password: 'bad' })).rejects.toMatchObject({
      code: 'login_refused',
      message: 'invalid user name or password (6)',
      sent: false,
    });
  });

  it('reaches nobody where nobody listens, or where the service does not serve this address', async () => {
    const free = createServer().listen(0, '127.0.0.1');
    await eventually(() => free.listening);
    const { port } = free.address() as AddressInfo;
    await new Promise((resolve) => free.close(resolve));
    const { run, virtual } = await fleetOf();
    await expect(run('/system/identity/print', [], {}, { port })).rejects.toMatchObject({ code: 'unreachable', sent: false });
    await virtual.run('/ip service set api address=10.0.0.0/8');
    await expect(run('/system/identity/print')).rejects.toThrow(RouterUnreachableError);
    await virtual.run('/ip service set api address="" disabled=yes');
    await expect(run('/system/identity/print')).rejects.toThrow(RouterUnreachableError);
  });

  it('uses few connections for many commands, first come, first served', async () => {
    const { run, virtual, sessions } = await fleetOf({}, { connectionsPerRouter: 3, waitingPerRouter: 300 });
    const order: number[] = [];
    await Promise.all(
      Array.from({ length: 200 }, async (_, n) => {
        await run('/log/info', [`=message=${n}`]);
        expect(sessions()).toBeLessThanOrEqual(3);
        order.push(n);
      }),
    );
    expect(order).toHaveLength(200);
    expect(order.every((n, place) => Math.abs(n - place) <= 3)).toBe(true);
    expect(virtual.log.filter((entry) => entry.message.includes('logged in'))).toHaveLength(3);
  });

  it('keeps to the cap when several people ask, each with a login of their own', async () => {
    const { run, virtual, sessions } = await fleetOf({}, { connectionsPerRouter: 2, waitingPerRouter: 300 });
    for (const name of ['a', 'b', 'c']) await virtual.run(`/user add name=${name} group=full password=${name}`);
    await Promise.all(
      Array.from({ length: 60 }, async (_, n) => {
        const user = 'abc'[n % 3]!;
        const { rows } = await run('/user/active/print', [], {}, { user, password: user });
        // a session that was ended here may not have ended there yet
        expect(sessions()).toBeLessThanOrEqual(4);
        expect(rows.map((row) => row['name'])).toContain(user);
      }),
    );
    await eventually(() => sessions() <= 2);
    expect(virtual.failures).toEqual([]);
  });

  it('refuses more than the line holds', async () => {
    const { run } = await fleetOf({}, { connectionsPerRouter: 1, waitingPerRouter: 2 });
    const all = await Promise.allSettled(Array.from({ length: 5 }, () => run('/system/identity/print')));
    const refused = all.filter((each) => each.status === 'rejected').map((each) => each.reason as Error);
    expect(refused).toHaveLength(2);
    expect(refused.every((error) => error instanceof RouterBusyError && !error.sent)).toBe(true);
  });

  it('calls a command off on the router and uses the connection again', async () => {
    const { run, virtual, sessions } = await fleetOf({}, { connectionsPerRouter: 1 });
    const controller = new AbortController();
    const slow = run(...SLOW, { signal: controller.signal });
    await eventually(() => virtual.jobs.running.size > 0);
    controller.abort(new Error('the person left'));
    const error = (await slow.catch((reason: unknown) => reason)) as CommandCancelledError;
    expect(error).toBeInstanceOf(CommandCancelledError);
    expect(error).toMatchObject({ sent: true, cause: new Error('the person left') });
    expect((await run('/system/identity/print')).rows).toHaveLength(1);
    expect(virtual.jobs.running.size).toBe(0);
    expect(sessions()).toBe(1);
    expect(virtual.log.filter((entry) => entry.message.includes('logged in'))).toHaveLength(1);
    await expect(run('/system/identity/print', [], { signal: controller.signal })).rejects.toMatchObject({
      code: 'cancelled',
      sent: false,
    });
  });

  it('gives up in time, in line and on the router', async () => {
    const { run, virtual } = await fleetOf({}, { connectionsPerRouter: 1 });
    const slow = run(...SLOW, { timeoutMs: 400 });
    slow.catch(() => undefined);
    await eventually(() => virtual.jobs.running.size > 0);
    await expect(run('/system/identity/print', [], { timeoutMs: 50 })).rejects.toMatchObject({
      code: 'timeout',
      phase: 'line',
      sent: false,
    });
    const error = await slow.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(RouterTimeoutError);
    expect(error).toMatchObject({ phase: 'reply', sent: true, message: 'Within 400 ms the router did not finish its answer.' });
    expect((await run('/system/identity/print')).rows).toHaveLength(1);
  });

  it('reads again on a new connection when the kept one died, and never writes twice', async () => {
    const { run, virtual } = await fleetOf();
    await run('/system/identity/print');
    const [session] = virtual.sessions;
    virtual.onEvent = ({ detail }) => {
      // the router dies on the next command, before it answers
      if (detail['message'] === 'die') for (const each of virtual.sessions) each.drop();
    };
    session!.drop();
    await eventually(() => virtual.sessions.size === 0);
    expect((await run('/system/identity/print')).rows).toHaveLength(1);
    const error = (await run('/log/info', ['=message=die']).catch((reason: unknown) => reason)) as RouterConnectionLostError;
    expect(error).toBeInstanceOf(RouterConnectionLostError);
    expect(error.sent).toBe(true);
    expect(virtual.log.filter((entry) => entry.message === 'die')).toHaveLength(1);
  });

  it('survives a reboot of the router', async () => {
    const { run, virtual } = await fleetOf();
    await expect(run('/system/reboot')).rejects.toMatchObject({ code: 'connection_lost', sent: true });
    expect((await run('/system/identity/print')).rows).toHaveLength(1);
    virtual.network.down = true;
    await expect(run('/system/identity/print')).rejects.toMatchObject({ code: expect.stringMatching(/unreachable|connection_lost/) });
    virtual.network.down = false;
    expect((await run('/system/identity/print')).rows).toHaveLength(1);
  });

  it('keeps an unused connection for a while only', async () => {
    const { run, sessions } = await fleetOf({}, { idleMs: 50 });
    await run('/system/identity/print');
    expect(sessions()).toBe(1);
    await eventually(() => sessions() === 0);
    expect((await run('/system/identity/print')).rows).toHaveLength(1);
  });

  it('ends everything when it is closed', async () => {
    const { api, run, virtual, sessions } = await fleetOf({}, { connectionsPerRouter: 1 });
    const running = run(...SLOW).catch((error: unknown) => error);
    await eventually(() => virtual.jobs.running.size > 0);
    const waiting = run('/system/identity/print').catch((error: unknown) => error);
    await api.close();
    expect(await running).toBeInstanceOf(RouterApiClosedError);
    expect(await waiting).toBeInstanceOf(RouterApiClosedError);
    await expect(run('/system/identity/print')).rejects.toThrow(RouterApiClosedError);
    await eventually(() => sessions() === 0 && virtual.jobs.running.size === 0);
  });

  it('refuses bad input before it connects', async () => {
    const { run, sessions } = await fleetOf();
    for (const attempt of [
      run('/login'),
      run('/ip/address/print', ['']),
      run('/ip/address/print', [], { timeoutMs: 0 }),
      run('/ip/address/print', [], {}, { port: 0 }),
      run('/ip/address/print', [], {}, { host: '' }),
    ])
      await expect(attempt).rejects.toMatchObject({ code: 'invalid_command', sent: false });
    expect(sessions()).toBe(0);
  });

  it('takes no more than it is allowed to', async () => {
    const { run, virtual } = await fleetOf();
    for (let n = 0; n < 50; n++) await virtual.run(`/ip firewall address-list add list=x address=10.0.0.${n}`);
    await expect(run('/ip/firewall/address-list/print', [], { maxRows: 49 })).rejects.toMatchObject({ code: 'too_large' });
    await expect(run('/ip/firewall/address-list/print', [], { maxBytes: 1000 })).rejects.toMatchObject({ code: 'too_large' });
    expect((await run('/ip/firewall/address-list/print', [], { maxRows: 50 })).rows).toHaveLength(50);
  });
});
