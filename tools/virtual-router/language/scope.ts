import { NOTHING, type RosValue } from '../values/value.js';

/** Where a variable's value lives; a global's is shared by everyone who declared it. */
export interface Slot {
  value: RosValue;
}

/** Variables of a block. Functions and events start without a parent: they see nothing from outside. */
export class Scope {
  private readonly slots = new Map<string, Slot>();

  constructor(readonly parent?: Scope) {}

  find(name: string): Slot | undefined {
    return this.slots.get(name) ?? this.parent?.find(name);
  }

  read(name: string): RosValue {
    return this.find(name)?.value ?? NOTHING;
  }

  declare(name: string, value: RosValue): void {
    this.slots.set(name, { value });
  }

  bind(name: string, slot: Slot): void {
    this.slots.set(name, slot);
  }
}
