import './entities.js';
import { Global, Module } from '@nestjs/common';
import { join } from 'node:path';
import { Settings } from '../../config/index.js';
import { HealthChecks } from '../http/index.js';
import { BlobStore } from './blob-store.js';
import { Blobs } from './blobs.js';
import { FolderStore } from './folder-store.js';
import { S3Store } from './s3-store.js';

function storeOf(settings: Settings): BlobStore {
  const { S3_BUCKET: bucket, S3_REGION: region, S3_ENDPOINT: endpoint, S3_PREFIX: prefix, S3_PATH_STYLE: pathStyle } = settings;
  if (bucket === undefined) return new FolderStore(settings.BLOB_DIR ?? join(settings.DATA_DIR, 'blobs'));
  const { S3_ACCESS_KEY_ID: accessKeyId, S3_SECRET_ACCESS_KEY: secretAccessKey } = settings;
  return new S3Store({
    ...{ bucket, region, prefix, pathStyle },
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(accessKeyId && secretAccessKey ? { credentials: { accessKeyId, secretAccessKey } } : {}),
  });
}

@Global()
@Module({
  providers: [Blobs, { provide: BlobStore, inject: [Settings], useFactory: storeOf }],
  exports: [Blobs],
})
export class BlobsModule {
  constructor(health: HealthChecks, store: BlobStore) {
    // A store that is away keeps nobody from working: routers poll, jobs run, only backups wait.
    health.register('blobs', () =>
      store.check().then(
        () => ({ store: store.kind }),
        (error: unknown) => ({ store: store.kind, warning: error instanceof Error ? error.message : 'the store cannot be used' }),
      ),
    );
  }
}
