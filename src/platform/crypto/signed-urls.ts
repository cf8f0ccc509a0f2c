import { Injectable } from '@nestjs/common';
import { Settings } from '../../config/index.js';
import { Clock } from '../clock/clock.js';
import { AppKeys } from './app-keys.js';

/** Query parameters that a signature does not cover: its own. */
const OUTSIDE = 'signature';

/** Makes and checks URLs whose whole path and query are signed, so that a `done` URL cannot be turned into a `fail` URL. */
@Injectable()
export class SignedUrls {
  constructor(
    private readonly keys: AppKeys,
    private readonly settings: Settings,
    private readonly clock: Clock,
  ) {}

  /** @param expires Unix time in seconds after which the URL is refused; without it the URL does not expire */
  sign(path: string, query: Record<string, string>, expires?: number): string {
    const params = new URLSearchParams(query);
    if (expires !== undefined) params.set('expires', String(expires));
    const signature = this.keys.mac(canonical(path, params), 'signed-url');
    params.set(OUTSIDE, signature);
    return `${this.settings.PUBLIC_URL}${path}?${params.toString()}`;
  }

  /** True when `url` (path and query as received) carries a valid signature that has not expired. Constant-time. */
  verify(url: string): boolean {
    const cut = url.indexOf('?');
    if (cut < 0) return false;
    const params = new URLSearchParams(url.slice(cut + 1));
    const signatures = params.getAll(OUTSIDE);
    if (signatures.length !== 1) return false;
    params.delete(OUTSIDE);
    if (!this.keys.macMatches(signatures[0]!, canonical(url.slice(0, cut), params), 'signed-url')) return false;
    const expires = params.get('expires');
    return expires === null || Number(expires) * 1000 >= this.clock.millis();
  }
}

function canonical(path: string, params: URLSearchParams): string {
  const sorted = new URLSearchParams(params);
  sorted.sort();
  return `${path}?${sorted.toString()}`;
}
