interface Reading<V> {
  readonly current: Promise<V>;
  /** The one after it, for who came while it ran. */
  next?: Promise<V>;
}

/**
 * Lets requests that ask the same at the same time share one read. Who comes while a read runs waits for the next one,
 * which begins after they came: nobody is answered from before their own question, so what somebody wrote they read.
 * Nothing is kept: an answer goes to those who wait for it and is forgotten.
 */
export class SharedReads<V> {
  private readonly readings = new Map<string, Reading<V>>();

  /** @param key says all that the answer depends on, the team first of all */
  get(key: string, read: () => Promise<V>): Promise<V> {
    const running = this.readings.get(key);
    if (!running) return this.begin(key, read);
    running.next ??= running.current.then(
      () => this.begin(key, read),
      () => this.begin(key, read),
    );
    return running.next;
  }

  private begin(key: string, read: () => Promise<V>): Promise<V> {
    const reading: Reading<V> = { current: read() };
    this.readings.set(key, reading);
    const end = (): void => {
      if (!reading.next) this.readings.delete(key);
    };
    reading.current.then(end, end);
    return reading.current;
  }
}
