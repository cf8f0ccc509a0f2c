import { RouterOsError } from '../errors.js';
import { ConfigItem } from '../menus/config-item.js';
import { menuSpec, type MenuSpec } from '../menus/menu-spec.js';
import { NOTHING, toText } from '../values/value.js';
import type { VirtualRouter } from '../virtual-router.js';

const READ = 'local,telnet,ssh,reboot,read,test,winbox,password,web,sniff,sensitive,api,romon,rest-api,!ftp,!write,!policy';
const WRITE = 'local,telnet,ssh,reboot,read,write,test,winbox,password,web,sniff,sensitive,api,romon,rest-api,!ftp,!policy';
const FULL = 'local,telnet,ssh,ftp,reboot,read,write,policy,test,winbox,password,web,sniff,sensitive,api,romon,rest-api';

const fullUsers = (router: VirtualRouter): number =>
  router.menus.at('user').items.filter((user) => user.get('group') === 'full' && user.get('disabled') !== true).length;

/** Who is logged in over the network. */
function activeRows(router: VirtualRouter): ConfigItem[] {
  const menu = router.menus.at('user/active');
  return [...router.sessions]
    .filter((session) => session.user !== undefined)
    .map((session) => {
      const item = new ConfigItem(menu, session.id, 'dynamic');
      item.properties.set('when', router.dateTimeText(session.since));
      item.properties.set('name', session.user!);
      item.properties.set('address', session.address);
      item.properties.set('via', session.via);
      return item;
    });
}

export const ACCESS: Record<string, MenuSpec> = {
  user: menuSpec({
    factory: () => [{ name: 'admin', group: 'full', address: '' }],
    defaults: { address: '' },
    // user passwords are never exported, show-sensitive or not
    unexported: ['password'],
    uniqueMessage: 'failure: user with the same name already exists',
    references: { group: 'user/group' },
    check(properties) {
      const name = properties.get('name');
      if (name !== undefined && !/^[A-Za-z0-9]([\w.#@-]*[A-Za-z0-9])?$/.test(toText(name)))
        throw new RouterOsError('failure: invalid user name');
    },
    removing(item, router) {
      if (item.get('group') === 'full' && item.get('disabled') !== true && fullUsers(router) <= 1)
        throw new RouterOsError('failure: can not remove last full user');
    },
    computed: { 'last-logged-in': () => NOTHING, expired: () => false },
  }),
  'user/group': menuSpec({
    factory: () => [
      { name: 'read', policy: READ, skin: 'default' },
      { name: 'write', policy: WRITE, skin: 'default' },
      { name: 'full', policy: FULL, skin: 'default' },
    ],
    defaults: { skin: 'default' },
  }),
  'user/aaa': menuSpec({ defaults: { 'use-radius': 'no', accounting: 'yes', 'default-group': 'read', 'interim-update': '0s' } }),
  'user/active': menuSpec({ exported: false, rows: activeRows }),
  'ppp/profile': menuSpec({
    factory: (): Record<string, string>[] => [
      { '.id': '0', name: 'default' },
      { '.id': 'FFFFFFFE', name: 'default-encryption', 'use-encryption': 'yes' },
    ],
    defaults: {
      'use-mpls': 'default', 'use-compression': 'default', 'use-encryption': 'default', 'only-one': 'default', 'change-tcp-mss': 'default', 'use-upnp': 'default',
      'use-ipv6': 'yes', 'bridge-learning': 'default', 'address-list': '', 'on-up': '', 'on-down': '',
    }, // prettier-ignore
    uniqueMessage: 'failure: profile with the same name already exists',
  }),
  'ppp/secret': menuSpec({
    defaults: { service: 'any', profile: 'default' },
    references: { profile: 'ppp/profile' },
    uniqueMessage: 'failure: secret with the same name already exists',
  }),
};
