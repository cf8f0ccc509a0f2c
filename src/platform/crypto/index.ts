export { AppKeys } from './app-keys.js';
export { base62ToUuid, uuidToBase62 } from './base62.js';
export { newKsuid } from './ksuid.js';
export { Random } from './random.js';
export { SignedUrls } from './signed-urls.js';
