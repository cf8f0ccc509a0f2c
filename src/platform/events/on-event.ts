import 'reflect-metadata';
import type { RequestContext } from '../context/index.js';
import type { DomainEvent, EventClass } from './domain-event.js';

export const ON_EVENT = Symbol('on-event');

/** Runs the method after the commit that published `event`. May be lost with the process: for caches and live pages. */
export const OnEvent =
  <E extends DomainEvent>(event: EventClass<E>) =>
  <M extends (ctx: RequestContext, event: E) => Promise<void> | void>(
    _target: object,
    _name: string | symbol,
    descriptor: TypedPropertyDescriptor<M>,
  ): void => {
    Reflect.defineMetadata(ON_EVENT, event, descriptor.value!);
  };
