import { Injectable, type OnModuleInit } from '@nestjs/common';
import { EventBus } from '../../platform/events/index.js';
import { SectionApplied, SectionDrifted, SectionFailed } from '../events.js';
import { sectionRun } from '../log/log-entry.js';
import { OrchestrationLog } from '../log/orchestration-log.js';

/** Writes down what became of pushed sections, in the transaction in which it became so. */
@Injectable()
export class SectionSteps implements OnModuleInit {
  constructor(
    private readonly log: OrchestrationLog,
    private readonly events: EventBus,
  ) {}

  onModuleInit(): void {
    this.events.listenInside(SectionApplied, (ctx, event) => {
      const { teamId, siteId, section, generation } = event as SectionApplied;
      const [type, message] = ['section.applied', `Section ${section} is in force.`];
      const context = { section, generation };
      return this.log.write(ctx, [{ teamId, siteId, type, status: 'Completed', message, run: sectionRun(section, generation), context }]);
    });
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
