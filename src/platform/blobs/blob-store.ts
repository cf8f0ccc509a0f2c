/**
 * Where blobs lie: a folder, a bucket. A name is written once, read any number of times, and never used again after it was
 * removed; contents are sealed before they come here.
 */
export abstract class BlobStore {
  /** For people, in `/health`: `folder`, `s3`. */
  abstract readonly kind: string;

  /** All or nothing: a name that can be read is complete. @throws Error when the store takes nothing */
  abstract put(name: string, bytes: Buffer): Promise<void>;

  /** Undefined when nothing lies under the name. @throws Error when the store cannot be asked */
  abstract get(name: string): Promise<Buffer | undefined>;

  /** Removing what is not there is no error. */
  abstract remove(name: string): Promise<void>;

  /** Ends without an error where the store can be used. */
  abstract check(): Promise<void>;
}
