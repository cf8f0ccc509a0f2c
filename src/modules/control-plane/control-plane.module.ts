import './entities.js';
import { Module } from '@nestjs/common';
import { ACTIONS_CONTROLLERS, ACTIONS_PROVIDERS } from './actions/parts.js';
import { CREDENTIALS_CONTROLLERS, CREDENTIALS_PROVIDERS } from './credentials/parts.js';
import { LIVE_CONTROLLERS, LIVE_EXPORTS, LIVE_PROVIDERS } from './live/parts.js';
import { MANAGEMENT_PROVIDERS } from './management/parts.js';
import { POLICY_CONTROLLERS, POLICY_EXPORTS, POLICY_PROVIDERS } from './policies/parts.js';
import { TRANSIENT_CONTROLLERS, TRANSIENT_EXPORTS, TRANSIENT_PROVIDERS } from './transient/parts.js';
import { TUNNEL_CONTROLLERS, TUNNEL_EXPORTS, TUNNEL_PROVIDERS } from './tunnel/parts.js';

/** The management side of every router. Each room names what it contributes in its `parts.ts`. */
@Module({
  controllers: [
    ...[...POLICY_CONTROLLERS, ...TUNNEL_CONTROLLERS, ...CREDENTIALS_CONTROLLERS],
    ...[...LIVE_CONTROLLERS, ...ACTIONS_CONTROLLERS, ...TRANSIENT_CONTROLLERS],
  ],
  providers: [
    // Policies come after the tunnel: they put themselves in the place of what it has while nobody keeps policies.
    ...[...TUNNEL_PROVIDERS, ...POLICY_PROVIDERS, ...CREDENTIALS_PROVIDERS],
    ...[...LIVE_PROVIDERS, ...MANAGEMENT_PROVIDERS, ...ACTIONS_PROVIDERS, ...TRANSIENT_PROVIDERS],
  ],
  exports: [...POLICY_EXPORTS, ...TUNNEL_EXPORTS, ...LIVE_EXPORTS, ...TRANSIENT_EXPORTS],
})
export class ControlPlaneModule {}
