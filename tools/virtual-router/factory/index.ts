import type { MenuSpec } from '../menus/menu-spec.js';
import { SCHEDULER } from '../system/scheduler.js';
import { ACCESS } from './access.js';
import { INTERFACES } from './interfaces.js';
import { NETWORK } from './network.js';
import { SERVICES } from './services.js';
import { STORAGE } from './storage.js';
import { SYSTEM_MENUS } from './system.js';

/** What single menus do beyond the command tree, by path; menus without an entry are plain lists or settings. */
export const MENU_SPECS: Readonly<Record<string, MenuSpec | undefined>> = {
  ...SYSTEM_MENUS,
  ...INTERFACES,
  ...NETWORK,
  ...ACCESS,
  ...SERVICES,
  ...STORAGE,
  'system/scheduler': SCHEDULER,
};
