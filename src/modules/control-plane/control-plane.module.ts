import './entities.js';
import { Module } from '@nestjs/common';
import { POLICY_CONTROLLERS, POLICY_EXPORTS, POLICY_PROVIDERS } from './policies/parts.js';
import { TUNNEL_CONTROLLERS, TUNNEL_EXPORTS, TUNNEL_PROVIDERS } from './tunnel/parts.js';

/** The management side of every router. Each room names what it contributes in its `parts.ts`. */
@Module({
  controllers: [...POLICY_CONTROLLERS, ...TUNNEL_CONTROLLERS],
  // Policies come last: they put themselves in the place of what the tunnel room has while nobody keeps policies.
  providers: [...TUNNEL_PROVIDERS, ...POLICY_PROVIDERS],
  exports: [...POLICY_EXPORTS, ...TUNNEL_EXPORTS],
})
export class ControlPlaneModule {}
