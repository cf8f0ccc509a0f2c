import type { Provider } from '@nestjs/common';
import { ManagementSection } from './management-section.js';
import { RouterSnapshot } from './router-snapshot.js';
import { RouterWay } from './router-way.js';

export const MANAGEMENT_PROVIDERS: Provider[] = [ManagementSection, RouterWay, RouterSnapshot];
