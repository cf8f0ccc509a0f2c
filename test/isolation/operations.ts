import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { buildOpenApi } from '../../src/platform/http/index.js';

/** The kinds of credential that operations take; those for services are told apart by their security scheme. */
export type Auth = 'jwt' | 'internal' | 'site-internal' | 'device' | 'runbook' | 'signed' | 'public' | 'client-token';

export interface Schema {
  readonly $ref?: string;
  readonly allOf?: readonly Schema[];
  readonly type?: string;
  readonly format?: string;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

/** A place in a request where a value stands. */
export interface Position {
  readonly in: 'path' | 'query' | 'body';
  readonly name: string;
  /** Of path parameters, the path up to and with it: `/api/keys/{id}`. */
  readonly template?: string;
  readonly schema: Schema;
  readonly required: boolean;
}

export interface Operation {
  /** `PUT /teams/{team}` */
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly id: string;
  readonly auth: Auth;
  readonly scope: string | null;
  /** Scopes of which any is enough. */
  readonly scopes: readonly string[];
  /** The URL carries a signature. */
  readonly signed: boolean;
  readonly headers: readonly string[];
  readonly positions: readonly Position[];
  /** Media type of its body, if it declares one. */
  readonly takes?: string;
}

interface RawOperation {
  readonly operationId: string;
  readonly 'x-auth': string;
  readonly 'x-scope': string | null;
  readonly 'x-scope-any'?: readonly string[];
  readonly security?: readonly Record<string, unknown>[];
  readonly parameters?: readonly { name: string; in: string; required?: boolean; schema?: Schema }[];
  readonly requestBody?: { content: Record<string, { schema: Schema }> };
}

/** Every operation of the running application, as its OpenAPI document has it. */
export function operationsOf(app: NestFastifyApplication): Operation[] {
  const document = JSON.parse(JSON.stringify(buildOpenApi(app))) as {
    paths: Record<string, Record<string, RawOperation>>;
    components: { schemas: Record<string, Schema> };
  };
  const resolve = (schema: Schema): Schema => {
    const target = schema.$ref ?? schema.allOf?.[0]?.$ref;
    return target ? resolve(document.components.schemas[target.split('/').at(-1)!]!) : schema;
  };
  const read = (method: string, path: string, raw: RawOperation): Operation => {
    const parameters = raw.parameters ?? [];
    const [takes, content] = Object.entries(raw.requestBody?.content ?? {})[0] ?? [];
    const body = takes === 'application/json' ? resolve(content!.schema) : undefined;
    return {
      name: `${method.toUpperCase()} ${path}`,
      ...{ method: method.toUpperCase(), path, id: raw.operationId, scope: raw['x-scope'], takes },
      scopes: raw['x-scope-any'] ?? (raw['x-scope'] === null ? [] : [raw['x-scope']]),
      auth: raw.security?.some((s) => 'siteInternalToken' in s) ? 'site-internal' : (raw['x-auth'] as Auth),
      signed: parameters.some((p) => p.in === 'query' && p.name === 'signature'),
      headers: parameters.filter((p) => p.in === 'header' && p.required).map((p) => p.name.toLowerCase()),
      positions: [
        // From the path itself: a parameter that the document forgot is one all the same.
        ...[...path.matchAll(/\{(\w+)\}/g)].map((found): Position => {
          const schema = parameters.find((p) => p.in === 'path' && p.name === found[1])?.schema ?? { type: 'string' };
          return { in: 'path', name: found[1]!, template: path.slice(0, found.index + found[0].length), schema, required: true };
        }),
        ...parameters
          .filter((p) => p.in === 'query')
          .map((p): Position => ({ in: 'query', name: p.name, schema: p.schema ?? {}, required: p.required ?? false })),
        ...Object.entries(body?.properties ?? {}).map(([name, schema]): Position => {
          return { in: 'body', name, schema: resolve(schema), required: body!.required?.includes(name) ?? false };
        }),
      ],
    };
  };
  return Object.entries(document.paths).flatMap(([path, item]) => Object.entries(item).map(([method, raw]) => read(method, path, raw)));
}
