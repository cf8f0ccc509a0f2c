import { isHttps, type Settings } from '../../../config/index.js';
import { STYLE_SOURCE } from './views/style.js';

/** A year, as preload lists ask for at least. */
const HSTS = 'max-age=31536000';

/**
 * Headers of every page. Nothing is loaded, framed or kept; no address of a page, which may hold a token, is told to
 * the next one.
 * @param formTargets where forms may lead on to beside this server, as browsers hold `form-action` against redirects, too
 * @param scripts `script-src` with hashes, for pages of the provider that hand a form on by themselves
 */
export function pageHeaders(settings: Settings, formTargets: readonly string[] = [], scripts = ''): Record<string, string> {
  const policy = [
    "default-src 'none'",
    `style-src ${STYLE_SOURCE}`,
    `form-action ${["'self'", ...new Set(formTargets)].join(' ')}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
    ...(scripts ? [scripts] : []),
  ];
  return {
    'content-security-policy': policy.join('; '),
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'x-robots-tag': 'noindex',
    ...(isHttps(settings) ? { 'strict-transport-security': HSTS } : {}),
  };
}

/** The CSP source of a URI that a browser is sent to: its origin, or its scheme for an app's own. */
export function formTarget(uri: unknown): string[] {
  if (typeof uri !== 'string' || !URL.canParse(uri)) return [];
  const { origin, protocol } = new URL(uri);
  return [origin === 'null' ? protocol : origin];
}
