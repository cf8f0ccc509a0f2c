import './entities.js';
import { Module } from '@nestjs/common';
import { TRANSIENT_CONTROLLERS, TRANSIENT_PROVIDERS } from './transient/parts.js';
import { TUNNEL_CONTROLLERS, TUNNEL_EXPORTS, TUNNEL_PROVIDERS } from './tunnel/parts.js';

/** The management side of every router. Each room names what it contributes in its `parts.ts`. */
@Module({
  controllers: [...TUNNEL_CONTROLLERS, ...TRANSIENT_CONTROLLERS],
  providers: [...TUNNEL_PROVIDERS, ...TRANSIENT_PROVIDERS],
  exports: [...TUNNEL_EXPORTS],
})
export class ControlPlaneModule {}
