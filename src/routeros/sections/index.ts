/** Configuration sections as RouterOS sees them: wishes, what differs, and the scripts that bring one into force. All pure. */
export { changesBetween, type Change } from './difference.js';
export { renderClear } from './clear.js';
export { renderInventory, type InventoryInput } from './inventory.js';
export { isSectionMenu, type SectionMenu } from './menus.js';
export { isSectionName, type Footprint } from './names.js';
export { planPush, renderAbort, renderConfirm, TRIAL_SECONDS, type PushInput } from './push.js';
export {
  InvalidWish,
  keyed,
  masked,
  NOTHING_WISHED,
  type KeyedItem,
  type KeyedWish,
  type Secret,
  type Wish,
  type WishItem,
  type WishMenu,
  type WishSetting,
  type WishValue,
} from './wish.js';
