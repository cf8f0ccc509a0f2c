import { isUuid, type SiteId } from '../../platform/context/index.js';
import { base62ToUuid, uuidToBase62 } from '../../platform/crypto/index.js';

const PREFIX = 'site_';

/** The prefixed form of a site's id, as answers of newer services show it: `site_` and the UUID in base62. */
export const pidOf = (id: SiteId): string => PREFIX + uuidToBase62(id);

/** The site that a text names, as UUID or in the prefixed form; undefined when it is neither. */
export function siteIdOf(text: string): SiteId | undefined {
  if (text.startsWith(PREFIX)) return base62ToUuid(text.slice(PREFIX.length)) as SiteId | undefined;
  return isUuid(text) ? (text.toLowerCase() as SiteId) : undefined;
}
