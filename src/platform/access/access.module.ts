import { Global, Module } from '@nestjs/common';
import { APP_GUARD, DiscoveryModule } from '@nestjs/core';
import { AccessChecks } from './access-checks.js';
import { AccessGuard } from './access.guard.js';

@Global()
@Module({
  imports: [DiscoveryModule],
  providers: [AccessChecks, { provide: APP_GUARD, useClass: AccessGuard }],
  exports: [AccessChecks],
})
export class AccessModule {}
