import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import S3rver from '@20minutes/s3rver';
import { runFolder } from './test-run.js';

/** What the server takes; it knows no other. */
export const S3_KEY = { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' };

/** A store on loopback that speaks S3, by others than Amazon. */
export class TestS3 {
  private constructor(
    private readonly server: S3rver,
    readonly endpoint: string,
    /** Where it keeps its files. */
    readonly folder: string,
  ) {}

  static async start(...buckets: string[]): Promise<TestS3> {
    const folder = mkdtempSync(join(runFolder(), 's3-'));
    const configureBuckets = buckets.map((name) => ({ name }));
    const server = new S3rver({ ...{ address: '127.0.0.1', port: 0, silent: true, directory: folder }, configureBuckets });
    const { port } = await server.run();
    return new TestS3(server, `http://127.0.0.1:${port}`, folder);
  }

  async stop(): Promise<void> {
    await this.server.close();
  }
}
