import { Injectable } from '@nestjs/common';

/** The time, injected so that tests turn the clock instead of sleeping. */
@Injectable()
export class Clock {
  now(): Date {
    return new Date(this.millis());
  }

  /** Milliseconds since 1970-01-01 UTC. */
  millis(): number {
    return Date.now();
  }
}

/** A clock that stands still until it is turned. */
export class FrozenClock extends Clock {
  constructor(private at: number = Date.parse('2026-01-01T12:00:00Z')) {
    super();
  }

  override millis(): number {
    return this.at;
  }

  advance(milliseconds: number): void {
    this.at += milliseconds;
  }

  set(at: Date): void {
    this.at = at.getTime();
  }
}
