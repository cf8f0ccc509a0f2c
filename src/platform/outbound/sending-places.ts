/** Messages that may be on their way at the same time from one process: to one receiver, and of one team. */
const MOST = { receiver: 2, team: 4 } as const;

/** Keeps one slow receiver, or one team with many of them, from taking every worker. */
export class SendingPlaces {
  private readonly taken = new Map<string, number>();

  /** Does the work when there is a place; answers undefined, without doing it, when there is none. */
  async use<T>(place: { readonly receiver: string; readonly team: string }, work: () => Promise<T>): Promise<T | undefined> {
    const keys = [
      [`receiver ${place.receiver}`, MOST.receiver],
      [`team ${place.team}`, MOST.team],
    ] as const;
    if (keys.some(([key, most]) => (this.taken.get(key) ?? 0) >= most)) return undefined;
    for (const [key] of keys) this.taken.set(key, (this.taken.get(key) ?? 0) + 1);
    try {
      return await work();
    } finally {
      for (const [key] of keys) {
        const left = this.taken.get(key)! - 1;
        if (left) this.taken.set(key, left);
        else this.taken.delete(key);
      }
    }
  }
}
