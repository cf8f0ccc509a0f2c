import 'reflect-metadata';
import { RouteConfig } from '@nestjs/platform-fastify';

const KEY = 'rosfleet:route-config';

/** Puts facts about a route where Fastify's hooks find them (`request.routeOptions.config`); several decorators add to one another. */
export const routeFacts =
  (facts: Readonly<Record<string, unknown>>): MethodDecorator =>
  (target, name, descriptor: PropertyDescriptor) => {
    const handler = descriptor.value as object;
    const all = { ...(Reflect.getMetadata(KEY, handler) as object | undefined), ...facts };
    Reflect.defineMetadata(KEY, all, handler);
    (RouteConfig(all) as MethodDecorator)(target, name, descriptor);
  };
