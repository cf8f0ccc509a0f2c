import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { SwaggerModule } from '@nestjs/swagger';
import { migrations } from '../migrations/index.js';
import { AppModule, type AppParts } from './app.module.js';
import { openToWebPages } from './cors.js';
import { buildOpenApi, createHttpApp } from './platform/http/index.js';
import { renderMessage } from './routeros/render/index.js';

export type AppOptions = Omit<AppParts, 'migrations'>;

/** The whole application, not listening yet. `start` and tests use the same one. */
export async function createApp(options: AppOptions): Promise<NestFastifyApplication> {
  const asScript = (message: string): string => renderMessage({ lines: [`rosfleet: ${message}`], level: 'error' }).toString();
  const app = await createHttpApp(AppModule.with({ ...options, migrations }), options.settings, options.logger, asScript);
  openToWebPages(app);
  SwaggerModule.setup('docs', app, () => buildOpenApi(app), { customSiteTitle: 'rosfleet API' });
  return app;
}
