import { randomBytes } from 'node:crypto';

const ofThisProcess = randomBytes(5).toString('hex');
let count = 0;

/** Request ids: a random part for the process and a counter, cheap enough for the poll path. */
export const nextRequestId = (): string => `${ofThisProcess}-${(count++).toString(36)}`;
