import { createApp } from '../../src/app.js';
import { readSettings } from '../../src/config/index.js';
import { buildOpenApi } from '../../src/platform/http/index.js';
import { Logger } from '../../src/platform/telemetry/logger.js';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

/** The application as it is put together, without a database and never listening: for what is read from its code. */
export const unstartedApp = (): Promise<NestFastifyApplication> =>
  createApp({
    ...{ settings: readSettings({}), logger: new Logger('silent'), databaseUrl: 'postgres://none@127.0.0.1:1/none' },
    ...{ appKey: '0'.repeat(64), internalToken: '0'.repeat(64), siteInternalToken: '1'.repeat(64) },
  });

/** The text of openapi/openapi.json. */
export async function openApiText(): Promise<string> {
  return `${JSON.stringify(buildOpenApi(await unstartedApp()), null, 2)}\n`;
}
