import { afterEach, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { RouterOSClient } from 'mikro-routeros';
import { ApiServer, VirtualRouter, type RouterOptions } from '../../../tools/virtual-router/index.js';
import { requirePython } from '../../support/python.js';

/**
 * Clients that others wrote, against the API of the virtual router: that our client gets along with it could be two
 * equal mistakes.
 */
const python = requirePython('librouteros', '4.2.2');
const program = new URL('./librouteros_client.py', import.meta.url).pathname;

const closing: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function served(options: RouterOptions) {
  const router = new VirtualRouter({ model: 'RB5009UG+S+', ...options });
  const server = await ApiServer.start(router);
  closing.push(() => server.close());
  return { router, port: server.portOf() };
}

python.describe('librouteros for Python', () => {
  it.each([
    ['7.24', 'plain', 'secret'],
    ['7.17.2', 'plain', 'secret'],
    ['6.42.12', 'token', 'secret'],
  ])('works with a router of version %s (%s login)', async (version, login, password) => {
    const { router, port } = await served({ version });
    await router.run(`/user set admin password=${password}`);
    const { stdout } = await promisify(execFile)(python.path!, [program, String(port), login, password], { timeout: 20_000 });
    const said = JSON.parse(stdout) as Record<string, unknown>;
    const items = router.items('interface/vlan');
    expect(items.map((item) => item['name'])).toEqual(['v1', 'v2', 'v3']);
    expect(said).toEqual({
      ids: expect.arrayContaining(items.map((item) => item['.id'])),
      vlans: [
        { name: 'v1', 'vlan-id': 1, comment: 'Büro Москва', disabled: true },
        { name: 'v2', 'vlan-id': 2, comment: null, disabled: false },
        { name: 'v3', 'vlan-id': 3, comment: null, disabled: false },
      ],
      or: ['v1', 'v3'],
      and: ['v2'],
      in: ['v2', 'v3'],
      empty: [],
      identity: [{ name: 'MikroTik' }],
      count: [{ ret: 3 }],
      traps: [
        [0, 'no such command prefix'],
        [0, 'no such command'],
        [0, 'no such item'],
      ],
      long: expect.any(Number),
      comment: [20_000],
      refused: ['TrapError', login === 'plain' ? 'invalid user name or password (6)' : 'cannot log in'],
    });
    expect(router.item('interface/vlan', 'v1')).toMatchObject({ comment: 'Büro Москва', disabled: true });
    expect(router.failures).toEqual([]);
  });
});

describe('mikro-routeros for Node.js', () => {
  // not with 6.42: it takes the challenge for a login that went well
  it.each(['7.24', '7.17.2'])('works with a router of version %s', async (version) => {
    const { router, port } = await served({ version });
    await router.run('/user set admin password=secret');
    const client = new RouterOSClient('127.0.0.1', port, 5000);
    closing.push(() => client.close());
    await client.connect();
    await client.login('admin', 'secret');
    await client.runQuery('/interface/bridge/add', { name: 'lan', comment: 'Büro Москва' });
    await client.runQuery('/interface/bridge/set', { '.id': 'lan', 'protocol-mode': 'none' });
    expect(await client.runQuery('/interface/bridge/print', { name: 'lan' })).toMatchObject([
      { name: 'lan', comment: 'Büro Москва', 'protocol-mode': 'none', disabled: 'false' },
    ]);
    await expect(client.runQuery('/interface/bridge/remove', { '.id': '*FF' })).rejects.toThrow('no such item');
    expect(router.failures).toEqual([]);
  });

  it('is refused with a wrong password', async () => {
    const { port } = await served({});
    const client = new RouterOSClient('127.0.0.1', port, 5000);
    closing.push(() => client.close());
    await client.connect();
    await expect(client.login('admin', 'wrong')).rejects.toThrow('invalid user name or password');
  });
});
