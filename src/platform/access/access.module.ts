import { Global, Module } from '@nestjs/common';
import { APP_GUARD, DiscoveryModule } from '@nestjs/core';
import { AccessChecks } from './access-checks.js';
import { AccessGuard } from './access.guard.js';
import './request-rate.entity.js';
import { RequestRates } from './request-rates.js';

@Global()
@Module({
  imports: [DiscoveryModule],
  providers: [AccessChecks, RequestRates, { provide: APP_GUARD, useClass: AccessGuard }],
  exports: [AccessChecks, RequestRates],
})
export class AccessModule {}
