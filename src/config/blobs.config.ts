import { concern, flag, text, url } from './variable.js';

export const blobsConfig = concern('Blobs: backups and other files', {
  BLOB_DIR: text(
    undefined,
    'Folder of blobs, sealed under APP_KEY. Several processes share one, or use a bucket. Default: blobs under DATA_DIR.',
    '/var/lib/rosfleet/blobs',
  ),
  S3_BUCKET: text(undefined, 'Bucket for blobs instead of a folder; it has to exist.', 'rosfleet-blobs', {
    pattern: /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
    why: 'is not the name of a bucket (3 to 63 small letters, digits, points and hyphens)',
  }),
  S3_REGION: text('us-east-1', 'Region of the bucket; stores besides Amazon’s mostly take any.', 'eu-central-1'),
  S3_ENDPOINT: url(undefined, 'Address of a store that speaks S3 and is not Amazon’s.', 'https://s3.example.net', ['https:', 'http:']),
  S3_PREFIX: text('', 'Stands before the name of every blob in the bucket.', 'rosfleet/', {
    pattern: /^[A-Za-z0-9!_.*'()/-]{0,512}$/,
    why: 'holds characters that S3 advises against',
  }),
  S3_PATH_STYLE: flag(false, 'Address the bucket as a path (https://host/bucket), as most stores besides Amazon’s want it.'),
  S3_ACCESS_KEY_ID: text(
    undefined,
    'Key for the bucket. Default: what the SDK finds, such as the role of the machine.',
    'AKIAIOSFODNN7EXAMPLE',
  ),
  S3_SECRET_ACCESS_KEY: text(undefined, 'Its secret.', 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'),
});
