export { BlobStore } from './blob-store.js';
export { Blobs, type KeptBlob } from './blobs.js';
export { BlobsModule } from './blobs.module.js';
