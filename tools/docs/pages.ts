import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { envExample } from '../../src/config/index.js';
import { ANSWERS, SCOPES } from '../../src/platform/access/index.js';
import { routeHandlers } from '../../src/platform/access/access.guard.js';
import type { ErrorClass } from '../../src/platform/errors/index.js';
import { catalogueErrors, errorsPage } from '../../src/platform/http/index.js';
import { openApiText, unstartedApp } from './openapi.js';

/** A committed file that is made from the code. */
export interface GeneratedPage {
  /** Path from the root of the project. */
  readonly file: string;
  text(): Promise<string>;
}

export const generatedPages: readonly GeneratedPage[] = [
  { file: '.env.example', text: () => Promise.resolve(envExample()) },
  { file: 'docs/errors.md', text: errorsText },
  { file: 'docs/scopes.md', text: () => Promise.resolve(scopesText()) },
  { file: 'openapi/openapi.json', text: openApiText },
];

/** Every error that a route declares, besides those common to all. */
async function errorsText(): Promise<string> {
  const app = await unstartedApp();
  for (const { handler } of routeHandlers(app.get(DiscoveryService, { strict: false }), new MetadataScanner())) {
    catalogueErrors((Reflect.getMetadata(ANSWERS, handler) as ErrorClass[] | undefined) ?? []);
  }
  return errorsPage();
}

function scopesText(): string {
  const rows = Object.entries(SCOPES).map(([scope, meaning]) => `| \`${scope}\` | ${meaning} |`);
  return [
    '# Scopes',
    '',
    'What a role or an API credential may do, as `resource:action`. A credential has at most the scopes of the person it acts',
    'for; which operation asks for which scope is said by `x-scope` in [the OpenAPI document](../openapi/openapi.json).',
    'Written by `npm run scopes-page` from the catalogue in `src/platform/access/scopes.ts`.',
    '',
    '| scope | allows to |',
    '| --- | --- |',
    ...rows,
    '',
  ].join('\n');
}
