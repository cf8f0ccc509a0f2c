import type { Provider, Type } from '@nestjs/common';
import { OpeningsAcrossTeams, OpeningsRepository } from './openings.repository.js';
import { OpeningUpkeep } from './opening-upkeep.js';
import { PortsHere } from './ports-here.js';
import { TransientAccessesController } from './transient-accesses.controller.js';
import { TransientForwardsController } from './transient-forwards.controller.js';
import { TransientService } from './transient.service.js';

export const TRANSIENT_CONTROLLERS: Type[] = [TransientAccessesController, TransientForwardsController];

/** For other modules. */
export const TRANSIENT_EXPORTS: Type[] = [TransientService];

export const TRANSIENT_PROVIDERS: Provider[] = [...[OpeningsAcrossTeams, OpeningsRepository, OpeningUpkeep, PortsHere, TransientService]];
