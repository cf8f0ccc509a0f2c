import { newId } from '../../src/platform/context/index.js';
import { isSent, sampleAt, TEXTS, thingAt } from './fixtures.js';
import type { Operation, Position } from './operations.js';
import type { Thing } from './world.js';

export interface Answer {
  readonly status: number;
  readonly text: string;
  /** Empty when the answer is no JSON object. */
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Request {
  readonly token?: string;
  /** The id that stands in a place; the place stays empty where it may and this answers undefined. */
  readonly id: (thing: Thing, position: Position) => string | undefined;
  /** More fields of the body. */
  readonly more?: Readonly<Record<string, unknown>>;
  /** Turns path and query into those that are asked. */
  readonly sign?: (path: string, query: Record<string, string>) => string;
}

/** Sends a whole, well-formed request to an operation. */
export async function send(baseUrl: string, operation: Operation, { token, id, more, sign }: Request): Promise<Answer> {
  const valueAt = (position: Position): unknown => {
    const thing = thingAt(operation, position);
    const named = thing && id(thing, position);
    if (named !== undefined) return position.schema.type === 'array' ? [named] : named;
    return isSent(operation, position) ? sampleAt(operation, position) : undefined;
  };
  const valuesIn = (place: Position['in']): Record<string, unknown> =>
    Object.fromEntries(operation.positions.filter((p) => p.in === place).map((p) => [p.name, valueAt(p)]));

  const inPath = valuesIn('path');
  const path = operation.path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(inPath[name])));
  const query = Object.fromEntries(
    Object.entries(valuesIn('query')).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value as string | number)]])),
  );
  const isJson = operation.takes === 'application/json' || more !== undefined;
  const body = isJson ? JSON.stringify({ ...valuesIn('body'), ...more }) : TEXTS[operation.id];

  const headers: Record<string, string> = Object.fromEntries(operation.headers.map((name) => [name, newId()]));
  if (token !== undefined) headers['authorization'] = `Bearer ${token}`;
  if (body !== undefined) headers['content-type'] = isJson ? 'application/json' : operation.takes!;
  const url = sign ? sign(path, query) : `${baseUrl}${path}?${new URLSearchParams(query).toString()}`;
  const answer = await fetch(url, { method: operation.method, headers, body, redirect: 'manual' });
  const text = await answer.text();
  return { status: answer.status, text, body: objectOf(text) };
}

function objectOf(text: string): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
