import { describe, expect, it } from '@jest/globals';
import { Global, Injectable, Module, type Type } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { Settings } from '../../../src/config/index.js';
import { Clock } from '../../../src/platform/clock/clock.js';
import { Random } from '../../../src/platform/crypto/index.js';
import { Database } from '../../../src/platform/database/index.js';
import { DomainEvent, EventBus } from '../../../src/platform/events/index.js';
import { defineTask, Handles, TaskOn, TasksModule } from '../../../src/platform/tasks/index.js';
import { Logger } from '../../../src/platform/telemetry/logger.js';
import { RecordingLogger } from '../../support/recording-logger.js';

class Something extends DomainEvent {}

const shared = defineTask<null>({ name: 'start-up.shared', lane: 'slow' });

@Injectable()
class First {
  @Handles(shared)
  async run(): Promise<void> {}
}

@Injectable()
class Second {
  @Handles(shared)
  async run(): Promise<void> {}
}

@Injectable()
class Promised {
  @TaskOn(Something, { name: 'start-up.promised', lane: 'slow' })
  async run(): Promise<void> {}
}

/** Start-up looks at declarations before it needs the database: none is there. */
async function start(...providers: Type[]): Promise<void> {
  const parts = [
    { provide: Settings, useValue: {} },
    { provide: Database, useValue: {} },
    { provide: Logger, useValue: new RecordingLogger() },
    Clock,
    Random,
    EventBus,
  ];
  @Global()
  @Module({ providers: parts, exports: parts })
  class Platform {}

  const module = await Test.createTestingModule({ imports: [Platform, TasksModule], providers }).compile();
  await module.init();
}

describe('start-up', () => {
  it('fails on a task that two methods handle', async () => {
    await expect(start(First, Second, Promised)).rejects.toThrow('The task start-up.shared has two handlers; exactly one may do it.');
  });

  it('fails on a task that no method handles, and says what to look for', async () => {
    await expect(start(First)).rejects.toThrow(
      'No method handles the task start-up.promised. Is its class listed as a provider of an imported module?',
    );
    await expect(start(Promised)).rejects.toThrow('No method handles the task start-up.shared.');
  });

  it('fails on two kinds of one name', () => {
    expect(() => defineTask({ name: 'start-up.shared', lane: 'checks' })).toThrow('Two kinds of task are called start-up.shared.');
  });
});
