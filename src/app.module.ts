import { type DynamicModule, Module } from '@nestjs/common';
import { FleetModule } from './fleet/index.js';
import { BackupsModule } from './modules/backups/index.js';
import { ControlPlaneModule } from './modules/control-plane/index.js';
import { DevelopersModule } from './modules/developers/index.js';
import { FaultsModule } from './modules/faults/index.js';
import { IdentityModule } from './modules/identity/index.js';
import { LogsModule } from './modules/logs/index.js';
import { VpcModule } from './modules/vpc/index.js';
import { PlatformModule, type PlatformParts } from './platform/platform.module.js';

export interface AppParts extends PlatformParts {
  readonly internalToken: string;
  readonly siteInternalToken: string;
}

/** The table of contents. */
@Module({})
export class AppModule {
  static with(parts: AppParts): DynamicModule {
    return {
      module: AppModule,
      imports: [
        PlatformModule.with(parts),
        IdentityModule.with(parts),
        FleetModule,
        ControlPlaneModule,
        VpcModule,
        BackupsModule,
        FaultsModule,
        DevelopersModule,
        LogsModule,
      ],
    };
  }
}
