/**
 * Properties of one command in their order: a map in a flat list. An export has hundreds of thousands of these with a
 * handful of entries each, for which a `Map` costs several times the memory and the time.
 */
export class Properties implements ReadonlyMap<string, string> {
  /** @param flat name, value, name, value … ; no name twice */
  constructor(private readonly flat: readonly string[]) {}

  get size(): number {
    return this.flat.length / 2;
  }

  get(name: string): string | undefined {
    const at = this.indexOf(name);
    return at < 0 ? undefined : this.flat[at + 1];
  }

  has(name: string): boolean {
    return this.indexOf(name) >= 0;
  }

  forEach(visit: (value: string, name: string, map: ReadonlyMap<string, string>) => void): void {
    for (const [name, value] of this) visit(value, name, this);
  }

  *entries(): MapIterator<[string, string]> {
    for (let i = 0; i < this.flat.length; i += 2) yield [this.flat[i]!, this.flat[i + 1]!];
  }

  *keys(): MapIterator<string> {
    for (const [name] of this) yield name;
  }

  *values(): MapIterator<string> {
    for (const [, value] of this) yield value;
  }

  [Symbol.iterator](): MapIterator<[string, string]> {
    return this.entries();
  }

  private indexOf(name: string): number {
    const { flat } = this;
    for (let i = 0; i < flat.length; i += 2) if (flat[i] === name) return i;
    return -1;
  }
}
