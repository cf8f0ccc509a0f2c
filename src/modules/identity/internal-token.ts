/** The bearer token of calling services, from the environment or the data folder. */
export class InternalToken {
  constructor(readonly value: string) {}
}
