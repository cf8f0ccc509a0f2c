import { createHash, timingSafeEqual } from 'node:crypto';

/**
 * The bearer tokens of calling services, from the environment or the data folder: one for services in general, one for
 * those of the sites. Of each also the one before its last rotation is accepted.
 */
export class InternalTokens {
  private readonly digests: Readonly<Record<'general' | 'site', readonly Buffer[]>>;

  constructor(tokens: Readonly<Record<'general' | 'site', readonly (string | undefined)[]>>) {
    this.digests = { general: digestsOf(tokens.general), site: digestsOf(tokens.site) };
  }

  /** Takes the same time for every token. */
  accepts(kind: 'general' | 'site', token: string): boolean {
    const given = digest(token);
    return this.digests[kind].map((known) => timingSafeEqual(known, given)).some((same) => same);
  }
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
const digestsOf = (tokens: readonly (string | undefined)[]): Buffer[] => tokens.filter((t) => t !== undefined).map(digest);
