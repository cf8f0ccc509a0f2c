/** An external identity provider that people may sign in with. */
export interface FederatedProvider {
  /** Part of the path `/sign-in/:uid/with/:id`. */
  readonly id: string;
  /** As the button shows it: `Google`. */
  readonly name: string;
}

/** Which external providers this installation offers. */
export abstract class FederatedProviders {
  abstract list(): readonly FederatedProvider[];
}

/** An installation without any. */
export class NoFederatedProviders extends FederatedProviders {
  list(): readonly FederatedProvider[] {
    return [];
  }
}
