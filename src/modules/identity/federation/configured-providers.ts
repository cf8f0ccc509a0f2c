import { Injectable } from '@nestjs/common';
import { Settings } from '../../../config/index.js';
import { Clock } from '../../../platform/clock/clock.js';
import { type FederatedProvider, FederatedProviders } from './federated-providers.js';
import { GitHubAgent } from './github-agent.js';
import { OpenIdAgent } from './openid-agent.js';
import type { ProviderAgent } from './provider-kind.js';

/** The providers of IDENTITY_PROVIDERS. */
@Injectable()
export class ConfiguredProviders extends FederatedProviders {
  private readonly agents: ReadonlyMap<string, ProviderAgent>;

  constructor(settings: Settings, clock: Clock) {
    super();
    const entries = settings.IDENTITY_PROVIDERS ?? [];
    this.agents = new Map(entries.map((e) => [e.id, e.kind === 'github' ? new GitHubAgent(e) : new OpenIdAgent(e, clock)]));
  }

  list(): readonly FederatedProvider[] {
    return [...this.agents.values()].map(({ entry: { id, name, kind } }) => ({ id, name, kind }));
  }

  find(id: string): ProviderAgent | undefined {
    return this.agents.get(id);
  }

  /** What identities of the present providers are stored under. */
  issuers(): readonly string[] {
    return [...this.agents.values()].map((agent) => agent.issuer);
  }

  /** The name of the provider that an identity came from, while it is configured. */
  nameOf(issuer: string): string | undefined {
    return [...this.agents.values()].find((agent) => agent.issuer === issuer)?.entry.name;
  }
}
