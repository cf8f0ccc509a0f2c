import { Injectable, type OnModuleInit } from '@nestjs/common';
import { EventBus } from '../../platform/events/index.js';
import { type SectionApplied, SectionDrifted, SectionFailed } from '../events.js';
import { type LogEntry, sectionRun } from '../log/log-entry.js';
import { OrchestrationLog } from '../log/orchestration-log.js';

/** The step of a section that came into force; the statement that makes it so writes it. */
export function appliedStep({ teamId, siteId, section, generation }: SectionApplied): LogEntry {
  const run = sectionRun(section, generation);
  return {
    ...{ teamId, siteId, type: 'section.applied', status: 'Completed', message: `Section ${section} is in force.` },
    ...{ run, context: { section, generation } },
  };
}

/** Writes down what else became of pushed sections, in the transaction in which it became so. */
@Injectable()
export class SectionSteps implements OnModuleInit {
  constructor(
    private readonly log: OrchestrationLog,
    private readonly events: EventBus,
  ) {}

  onModuleInit(): void {
    this.events.listenInside(SectionFailed, (ctx, event) => {
      const { teamId, siteId, section, generation, reason } = event as SectionFailed;
      const [type, message] = ['section.failed', `Section ${section} failed: ${reason}`];
      const context = { section, generation };
      return this.log.write(ctx, [{ teamId, siteId, type, status: 'Failed', message, run: sectionRun(section, generation), context }]);
    });
    this.events.listenInside(SectionDrifted, (ctx, event) => {
      const { teamId, siteId, section, generation } = event as SectionDrifted;
      const message = `Somebody changed items of section ${section} on the router; they are written anew.`;
      const step = { type: 'section.drifted', status: 'Pending' as const, message, run: sectionRun(section, generation) };
      return this.log.write(ctx, [{ teamId, siteId, ...step, context: { section, generation } }]);
    });
  }
}
