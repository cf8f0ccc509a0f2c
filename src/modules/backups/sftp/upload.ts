/** Why a write was refused, for the client. */
export class UploadRefused extends Error {
  override readonly name = 'UploadRefused';
}

/** Memory that all uploads of a process may take together. */
export class UploadBudget {
  private taken = 0;

  constructor(private readonly limit: number) {}

  /** @throws UploadRefused when others take it all */
  take(bytes: number): void {
    if (this.taken + bytes > this.limit) throw new UploadRefused('too many uploads at once; try again in a moment');
    this.taken += bytes;
  }

  give(bytes: number): void {
    this.taken -= bytes;
  }

  /** Bytes that uploads hold now. */
  get used(): number {
    return this.taken;
  }
}

const FIRST_BYTES = 64 * 1024;

/** One export on its way in, in memory: what is cut off leaves no trace. */
export class Upload {
  private buffer = Buffer.alloc(0);
  private size = 0;
  private refused: UploadRefused | undefined;

  /** @param limit most bytes */
  constructor(
    private readonly budget: UploadBudget,
    private readonly limit: number,
  ) {}

  /** Bytes at an offset: after what is there, or over it. @throws UploadRefused, then and ever after */
  write(offset: number, data: Buffer): void {
    try {
      if (this.refused) throw this.refused;
      if (offset > this.size) throw new UploadRefused(`bytes ${this.size} to ${offset} are missing`);
      const end = offset + data.length;
      if (end > this.limit) throw new UploadRefused(`an export has at most ${this.limit} bytes here`);
      if (end > this.buffer.length) this.grow(end);
      data.copy(this.buffer, offset);
      this.size = Math.max(this.size, end);
    } catch (error) {
      this.refused = error as UploadRefused;
      this.drop();
      throw error;
    }
  }

  /** Everything that came. @throws UploadRefused when something was refused before */
  take(): Buffer {
    if (this.refused) throw this.refused;
    const content = Buffer.from(this.buffer.subarray(0, this.size));
    this.drop();
    return content;
  }

  /** The connection is over: forgets it all, and takes no more. */
  end(): void {
    this.refused ??= new UploadRefused('the connection is over');
    this.drop();
  }

  private drop(): void {
    this.budget.give(this.buffer.length);
    this.buffer = Buffer.alloc(0);
    this.size = 0;
  }

  private grow(atLeast: number): void {
    const wanted = Math.min(this.limit, Math.max(atLeast, this.buffer.length * 2, FIRST_BYTES));
    this.budget.take(wanted - this.buffer.length);
    const larger = Buffer.alloc(wanted);
    this.buffer.copy(larger, 0, 0, this.size);
    this.buffer = larger;
  }
}
