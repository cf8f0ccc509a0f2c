import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { OpenAPIObject } from '@nestjs/swagger';
import { readFileSync } from 'node:fs';
import { createApp } from '../../src/app.js';
import { readSettings } from '../../src/config/index.js';
import { ACCESS, ANSWERS, isScope, type Access, SCOPES } from '../../src/platform/access/index.js';
import { routeHandlers } from '../../src/platform/access/access.guard.js';
import { buildOpenApi, catalogueErrors, errorClasses, errorsPage } from '../../src/platform/http/index.js';
import type { ErrorClass } from '../../src/platform/errors/index.js';
import { Logger } from '../../src/platform/telemetry/logger.js';
import { check, loadContract } from '../oracle/tools/contract-check.mjs';

interface Operation {
  operationId?: string;
  'x-auth'?: string;
  'x-scope'?: string | null;
  responses: Record<string, { description?: string; content?: Record<string, { schema?: { type?: string; maxItems?: number } }> }>;
  parameters?: { name: string; in: string }[];
  description?: string;
  summary?: string;
}

interface RouteFacts {
  readonly name: string;
  readonly accessKind?: string;
  readonly audited?: boolean;
  readonly notAudited?: string;
}

/** Domains whose contract is met whole, but for the operations named. */
const DONE: Record<string, string[]> = {
  authentication: [],
  backups: [],
  'control-plane': [],
  developers: [],
  logs: [],
  mikrotik: [],
  vpc: [],
};

let app: NestFastifyApplication;
let document: OpenAPIObject;
let operations: { name: string; path: string; operation: Operation }[];

beforeAll(async () => {
  const settings = readSettings({});
  app = await createApp({
    settings,
    logger: new Logger('silent'),
    databaseUrl: 'postgres://nobody@127.0.0.1:1/none',
    appKey: '00'.repeat(32),
    internalToken: 'x'.repeat(40),
    siteInternalToken: 'y'.repeat(40),
  });
  document = JSON.parse(JSON.stringify(buildOpenApi(app))) as OpenAPIObject;
  operations = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item as Record<string, Operation>).map(([method, operation]) => ({
      name: `${method.toUpperCase()} ${path}`,
      path,
      operation,
    })),
  );
}, 60_000);
afterAll(() => app.close());

const handlers = (): { name: string; handler: object }[] => [
  ...routeHandlers(app.get(DiscoveryService, { strict: false }), app.get(MetadataScanner, { strict: false })),
];

describe('every route', () => {
  it('declares exactly one kind of access, and a scope of the catalogue', () => {
    expect(handlers().length).toBeGreaterThan(30);
    for (const { name, handler } of handlers()) {
      const access = Reflect.getMetadata(ACCESS, handler) as Access | undefined;
      expect([name, access?.kind]).toEqual([name, expect.any(String)]);
      if (access!.scope !== null) expect([name, isScope(access!.scope)]).toEqual([name, true]);
    }
  });

  it('that changes something is in the audit log, or says why not', () => {
    const facts = handlers().map(({ name, handler }): RouteFacts => {
      const route = Reflect.getMetadata('rosfleet:route-config', handler) as Omit<RouteFacts, 'name'> | undefined;
      return { ...route, name };
    });
    const silent = facts.filter((f) => f.audited === false);
    for (const { name, notAudited } of silent) expect([name, (notAudited ?? '').length > 20]).toEqual([name, true]);
    expect(silent.map((f) => f.name).sort()).toEqual([
      'LogsController.filter',
      'OidcController.confirmLogout',
      'OidcController.revoke',
      'OidcController.token',
    ]);
    for (const { name, accessKind } of facts) expect([name, accessKind]).toEqual([name, expect.any(String)]);
  });

  it('shows the same access in the OpenAPI document', () => {
    for (const { name, operation } of operations) {
      expect([name, operation['x-auth']]).toEqual([name, expect.any(String)]);
      expect([name, Object.hasOwn(operation, 'x-scope')]).toEqual([name, true]);
      expect([name, operation.summary]).toEqual([name, expect.any(String)]);
    }
  });

  it('has an operationId of its own', () => {
    const byId = new Map<string, Set<string>>();
    for (const { operation, name } of operations)
      byId.set(operation.operationId!, (byId.get(operation.operationId!) ?? new Set()).add(name));
    for (const id of byId.keys()) expect(id).toMatch(/^[a-zA-Z]/);
  });

  it('that answers a list is paged or says where it ends', () => {
    for (const { name, operation } of operations) {
      const schema = operation.responses['200']?.content?.['application/json']?.schema;
      if (schema?.type !== 'array' || operation['x-auth'] === 'internal') continue;
      const paged = operation.parameters?.some((p) => p.name === 'per_page' || p.name === 'cursor');
      const range = operation.parameters?.some((p) => p.name === 'start_date');
      const capped = schema.maxItems !== undefined || /at most|last 24 hours/.test(`${operation.summary} ${operation.description}`);
      expect([name, Boolean(paged || range || capped)]).toEqual([name, true]);
    }
  });

  it('that the OpenAPI document leaves out is a page, or the provider’s own way', () => {
    const hidden = handlers().filter(
      ({ handler }) => (Reflect.getMetadata('swagger/apiExcludeEndpoint', handler) as { disable?: boolean })?.disable,
    );
    expect(hidden.length).toBeGreaterThan(15);
    for (const { name, handler } of hidden) {
      const config = Reflect.getMetadata('rosfleet:route-config', handler) as { errorPage?: unknown } | undefined;
      const isPage = config?.errorPage !== undefined && (Reflect.getMetadata(ACCESS, handler) as Access).kind === 'public';
      expect([name, isPage || /^OidcController\./.test(name)]).toEqual([name, true]);
    }
  });

  it('documents every error that it declares, and no two errors share a code', () => {
    for (const { handler } of handlers()) catalogueErrors((Reflect.getMetadata(ANSWERS, handler) as ErrorClass[] | undefined) ?? []);
    const page = readFileSync('docs/errors.md', 'utf8');
    expect(page).toBe(errorsPage());
    for (const error of errorClasses()) expect(error.help.length).toBeGreaterThan(20);
  });
});

describe('the contract', () => {
  const contract = loadContract('test/oracle/contract/contract.json') as {
    domains: { domain: string; doc: { paths: Record<string, Record<string, Operation>> } }[];
  };

  it.each(Object.keys(DONE))('of %s is met', (domain) => {
    const rows = (check(contract, document) as { domain: string; id: string; method: string; path: string; findings: string[] }[]).filter(
      (r) => r.domain === domain && !DONE[domain]!.includes(r.id),
    );
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.flatMap((r) => r.findings.map((f) => `${r.method} ${r.path}: ${f}`))).toEqual([]);
  });

  it('knows every scope that we know, and we know every one of its', () => {
    const named = new Set<string>();
    for (const { doc } of contract.domains)
      for (const item of Object.values(doc.paths))
        for (const operation of Object.values(item)) if (typeof operation?.['x-scope'] === 'string') named.add(operation['x-scope']);
    for (const scope of named) expect(SCOPES).toHaveProperty([scope]);
    const beyond = Object.keys(SCOPES).filter((scope) => !named.has(scope));
    expect(beyond).toEqual(['cpf:create', 'cpf:update'].filter((scope) => !named.has(scope))); // they stand in x-scope-any
  });

  it('is the one of the committed OpenAPI document', () => {
    const committed = JSON.parse(readFileSync('openapi/openapi.json', 'utf8')) as OpenAPIObject;
    expect(committed.paths).toEqual(document.paths);
    expect(committed.components?.schemas).toEqual(document.components?.schemas);
  });
});
