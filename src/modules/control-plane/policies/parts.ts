import type { Provider, Type } from '@nestjs/common';
import { SitePolicies } from '../tunnel/site-policies.js';
import { PoliciesController } from './policies.controller.js';
import { PoliciesRepository } from './policies.repository.js';
import { PolicyAssignment } from './policy-assignment.js';
import { PolicySection } from './policy-section.js';
import { PolicyService } from './policy.service.js';
import { PolicyTeamResource } from './policy-team-resource.js';

export const POLICY_CONTROLLERS: Type[] = [PoliciesController];

export const POLICY_PROVIDERS: Provider[] = [
  ...[PoliciesRepository, PolicyAssignment, PolicySection, PolicyService, PolicyTeamResource],
  { provide: SitePolicies, useExisting: PolicyAssignment },
];

export const POLICY_EXPORTS: Type[] = [PolicyService];
