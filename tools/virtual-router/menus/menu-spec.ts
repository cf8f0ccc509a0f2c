import type { Run } from '../language/run.js';
import type { CommandArguments, Step } from '../language/interpreter.js';
import type { RosValue } from '../values/value.js';
import type { VirtualRouter } from '../virtual-router.js';
import type { ConfigItem } from './config-item.js';
import type { ConfigMenu } from './config-menu.js';

export type MenuCommand = (call: { router: VirtualRouter; run: Run; menu: ConfigMenu; args: CommandArguments }) => RosValue | Step;

/** What a menu does beyond what the command tree tells. Everything is optional when written; see `menuSpec`. */
export interface MenuSpec {
  /** Values a new item has (and `/export` leaves out), as text. */
  defaults: Record<string, string>;
  /** Items the router is delivered with; `.id` may fix the identity. */
  factory: (router: VirtualRouter) => Record<string, string>[];
  /** Properties that are worked out when read. */
  computed: Record<string, (item: ConfigItem, router: VirtualRouter) => RosValue>;
  /** Property no two items may share, and how RouterOS complains. */
  unique?: string;
  uniqueMessage: string;
  /** Arguments that name an item of another menu. */
  references: Record<string, string>;
  /** How `/export` names a factory item it changes; default by `.id`. */
  exportName?: (item: ConfigItem) => string;
  /** Properties `/export` shows only with show-sensitive, and those it never shows. */
  sensitive: string[];
  unexported: string[];
  exported: boolean;
  /** No item can be removed. */
  fixed: boolean;
  /** Extra rows that come from elsewhere (`/interface` shows every kind). */
  rows?: (router: VirtualRouter) => ConfigItem[];
  /** @throws RouterOsError to refuse a new or changed item (`item` is undefined for a new one). */
  check?: (properties: Map<string, RosValue>, router: VirtualRouter, item: ConfigItem | undefined, menu: ConfigMenu) => void;
  added?: (item: ConfigItem, router: VirtualRouter) => void;
  changed?: (item: ConfigItem, router: VirtualRouter, names: Set<string>) => void;
  removing?: (item: ConfigItem, router: VirtualRouter) => void;
  /** Commands the generic tree does not have, or does differently. */
  commands: Record<string, MenuCommand>;
}

export const SENSITIVE = [
  'password', 'secret', 'private-key', 'preshared-key', 'passphrase', 'shared-secret', 'authentication-password', 'encryption-password', 'wpa-pre-shared-key',
  'wpa2-pre-shared-key', 'security.passphrase', 'http-proxy-password', 'l2tp-secret', 'ipsec-secret', 'key',
]; // prettier-ignore

export const menuSpec = (parts: Partial<MenuSpec> = {}): MenuSpec => ({
  defaults: {},
  factory: () => [],
  computed: {},
  uniqueMessage: 'failure: item with such name already exists',
  references: {},
  sensitive: SENSITIVE,
  unexported: [],
  exported: true,
  fixed: false,
  commands: {},
  ...parts,
});
