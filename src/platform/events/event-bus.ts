import { Injectable } from '@nestjs/common';
import { RequestContext } from '../context/index.js';
import { Database } from '../database/index.js';
import { Logger } from '../telemetry/logger.js';
import { DomainEvent, type EventClass } from './domain-event.js';

type Listener = (ctx: RequestContext, event: DomainEvent) => unknown;

/**
 * Tells what happened. Listeners inside the transaction (`@TaskOn`) run at once and may fail it; listeners after it
 * (`@OnEvent`) run once the commit is certain, are dropped on rollback, and can fail nobody.
 */
@Injectable()
export class EventBus {
  private readonly inside = new Map<EventClass, Listener[]>();
  private readonly after = new Map<EventClass, Listener[]>();

  constructor(
    private readonly db: Database,
    private readonly logger: Logger,
  ) {}

  listenInside(event: EventClass, listener: Listener): void {
    append(this.inside, event, listener);
  }

  listenAfter(event: EventClass, listener: Listener): void {
    append(this.after, event, listener);
  }

  /** Publishes in the context's transaction, or at once when there is none. */
  async publish(ctx: RequestContext, event: DomainEvent): Promise<void> {
    const kind = event.constructor as unknown as EventClass;
    for (const listener of this.inside.get(kind) ?? []) await listener(ctx, event);
    const listeners = this.after.get(kind);
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

function append(map: Map<EventClass, Listener[]>, event: EventClass, listener: Listener): void {
  map.set(event, [...(map.get(event) ?? []), listener]);
}
