import type { ProviderKind } from '../../../config/index.js';

/** An external identity provider that people may sign in with. */
export interface FederatedProvider {
  /** Part of the path `/sign-in/:uid/with/:id`. */
  readonly id: string;
  /** As the button shows it: `Google`. */
  readonly name: string;
  readonly kind: ProviderKind;
}

/** Which external providers this installation offers, in the operator's order: what the sign-in page shows. */
export abstract class FederatedProviders {
  abstract list(): readonly FederatedProvider[];
}
