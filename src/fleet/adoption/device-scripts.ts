import { Injectable } from '@nestjs/common';
import { createHash } from 'node:crypto';
import { POLL_SECONDS, renderPollEntries, type PollEntriesInput } from '../../routeros/render/index.js';
import { DeviceTokens } from '../poll/device-tokens.js';
import { RouterLinks } from '../router-links.js';
import type { Site } from '../sites/site.entity.js';

/** What one router's own scripts are made of. */
@Injectable()
export class DeviceScripts {
  constructor(
    private readonly tokens: DeviceTokens,
    private readonly links: RouterLinks,
  ) {}

  /** Number that is the site's own and spreads evenly. */
  seed({ id }: Pick<Site, 'id'>): number {
    return createHash('sha256').update(id).digest().readUInt32BE(0);
  }

  /** How the router of a site polls: the same at each adoption. */
  pollInput(site: Pick<Site, 'id' | 'teamId' | 'deviceGeneration'>): PollEntriesInput {
    const deviceToken = this.tokens.issue({ siteId: site.id, teamId: site.teamId, generation: site.deviceGeneration });
    return { link: this.links.link, deviceToken, pollSecond: this.seed(site) % POLL_SECONDS };
  }

  /** Text of a script that puts the poll entries on the router again. */
  pollEntries(site: Pick<Site, 'id' | 'teamId' | 'deviceGeneration'>): string {
    return renderPollEntries(this.pollInput(site)).toString();
  }
}
