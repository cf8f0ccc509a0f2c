/** An error a script can catch (`on-error`, `:onerror`); `message` is what RouterOS would print. */
export class RouterOsError extends Error {
  /** Fields fetch hands to the second name of `:onerror err,attr`. */
  readonly attributes: Record<string, unknown>;

  constructor(message: string, attributes: Record<string, unknown> = {}) {
    super(message);
    this.name = 'RouterOsError';
    this.attributes = attributes;
  }
}

/**
 * The script asked for something this stand-in does not imitate. Never catchable by the script: a test that leans on
 * behaviour nobody modelled must fail, not take its error branch.
 */
export class UnsupportedByVirtualRouter extends Error {
  constructor(what: string) {
    super(`not supported by the virtual router: ${what}`);
    this.name = 'UnsupportedByVirtualRouter';
  }
}

/** The router lost power or was rebooted under the running script. */
export class RouterStopped extends Error {
  constructor() {
    super('the router went down');
    this.name = 'RouterStopped';
  }
}
