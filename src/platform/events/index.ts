export { DomainEvent, type EventClass } from './domain-event.js';
export { EventBus } from './event-bus.js';
export { OnEvent } from './on-event.js';
