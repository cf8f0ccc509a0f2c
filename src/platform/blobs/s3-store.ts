import { DeleteObjectCommand, GetObjectCommand, NoSuchKey, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { BlobStore } from './blob-store.js';

export interface S3Place {
  readonly bucket: string;
  readonly region: string;
  /** Of a store that is not Amazon's. */
  readonly endpoint?: string;
  /** Before every name, such as `rosfleet/`. */
  readonly prefix: string;
  /** Without it the SDK's own chain: environment, profile, role of the machine. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** `https://host/bucket/name` instead of `https://bucket.host/name`; most stores besides Amazon's want it. */
  readonly pathStyle: boolean;
}

const TRIES = 4;

/**
 * Blobs in a bucket of any store that speaks S3. The bucket has to be there; we put, get and delete in it. Whoever may
 * not list it is told by Amazon that missing blobs are forbidden ones, so that right is needed too.
 */
export class S3Store extends BlobStore {
  readonly kind = 's3';
  private readonly client: S3Client;

  constructor(private readonly place: S3Place) {
    super();
    const { region, endpoint, credentials, pathStyle } = place;
    this.client = new S3Client({
      ...{ region, forcePathStyle: pathStyle, maxAttempts: TRIES },
      ...(endpoint === undefined ? {} : { endpoint }),
      ...(credentials && { credentials }),
      // Contents carry their own authentication; newer checksums are unknown to many stores.
      ...{ requestChecksumCalculation: 'WHEN_REQUIRED', responseChecksumValidation: 'WHEN_REQUIRED' },
    });
  }

  async put(name: string, bytes: Buffer): Promise<void> {
    await this.client.send(
      new PutObjectCommand({ ...this.at(name), Body: bytes, ContentLength: bytes.length, ContentType: 'application/octet-stream' }),
    );
  }

  async get(name: string): Promise<Buffer | undefined> {
    try {
      const { Body } = await this.client.send(new GetObjectCommand(this.at(name)));
      return Buffer.from(await Body!.transformToByteArray());
    } catch (error) {
      if (error instanceof NoSuchKey) return undefined;
      throw error;
    }
  }

  async remove(name: string): Promise<void> {
    await this.client.send(new DeleteObjectCommand(this.at(name)));
  }

  async check(): Promise<void> {
    await this.get('check'); // which is not there: unlike a HEAD of the bucket, it is answered with words where it is refused
  }

  private at(name: string): { Bucket: string; Key: string } {
    return { Bucket: this.place.bucket, Key: `${this.place.prefix}${name}` };
  }
}
