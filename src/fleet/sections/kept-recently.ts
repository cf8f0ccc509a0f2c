/** Values that are dear to make and may be made again at any time: those used last are kept, up to a number. */
export class KeptRecently<V extends object> {
  private readonly values = new Map<string, V>();

  constructor(private readonly most: number) {}

  /** @param make what is not there is not kept: null, or an error */
  async get<M extends V | null>(key: string, make: () => Promise<M> | M): Promise<V | M> {
    const value = this.values.get(key) ?? (await make());
    if (value === null) return value;
    this.values.delete(key);
    this.values.set(key, value);
    if (this.values.size > this.most) this.values.delete(this.values.keys().next().value!);
    return value;
  }
}
