import { Injectable } from '@nestjs/common';
import { RequestContext } from '../context/index.js';
import { Database } from '../database/index.js';
import { Logger } from '../telemetry/logger.js';
import { DomainEvent, type EventClass } from './domain-event.js';

type Listener = (ctx: RequestContext, event: DomainEvent) => unknown;

interface Inside {
  readonly listener: Listener;
  readonly when: (event: DomainEvent) => boolean;
}

/**
 * Tells what happened. Listeners inside the transaction (`@TaskOn`) run at once and may fail it; listeners after it
 * (`@OnEvent`) run once the commit is certain, are dropped on rollback, and can fail nobody.
 */
@Injectable()
export class EventBus {
  private readonly inside = new Map<EventClass, Inside[]>();
  private readonly after = new Map<EventClass, Listener[]>();

  constructor(
    private readonly db: Database,
    private readonly logger: Logger,
  ) {}

  /** @param when tells the events that concern this listener; all of them, if it is not given */
  listenInside(event: EventClass, listener: Listener, when: Inside['when'] = () => true): void {
    append(this.inside, event, { listener, when });
  }

  listenAfter(event: EventClass, listener: Listener): void {
    append(this.after, event, listener);
  }

  /** Whether somebody hears of this one inside the transaction; if nobody does, what happened may be written without one. */
  isHeardInside(event: DomainEvent): boolean {
    return (this.inside.get(kindOf(event)) ?? []).some(({ when }) => when(event));
  }

  /** Publishes in the context's transaction, or at once when there is none. */
  async publish(ctx: RequestContext, event: DomainEvent): Promise<void> {
    for (const { listener, when } of this.inside.get(kindOf(event)) ?? []) if (when(event)) await listener(ctx, event);
    const listeners = this.after.get(kindOf(event));
    if (!listeners) return;
    const later = RequestContext.of(ctx.actor, { teamId: ctx.teamId, scopes: ctx.scopes, requestId: ctx.requestId });
    this.db.afterCommit(ctx, () => {
      for (const listener of listeners) void this.deliver(listener, later, event);
    });
  }

  private async deliver(listener: Listener, ctx: RequestContext, event: DomainEvent): Promise<void> {
    try {
      await listener(ctx, event);
    } catch (err) {
      this.logger.error({ err, event: event.constructor.name, requestId: ctx.requestId }, 'an event listener failed');
    }
  }
}

const kindOf = (event: DomainEvent): EventClass => event.constructor as unknown as EventClass;

function append<T>(map: Map<EventClass, T[]>, event: EventClass, listener: T): void {
  map.set(event, [...(map.get(event) ?? []), listener]);
}
