/** Something that happened: ids and facts of that moment, never an entity or a context. Plain data, so that it can become a task. */
export abstract class DomainEvent {}

export type EventClass<E extends DomainEvent = DomainEvent> = abstract new (...args: never[]) => E;
