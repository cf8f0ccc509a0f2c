import './tasks/task.entity.js';
import { type DynamicModule, Global, Inject, Module, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { Settings } from '../config/index.js';
import { AccessModule } from './access/index.js';
import { AuditTrail } from './audit/index.js';
import { BlobsModule } from './blobs/index.js';
import { Clock } from './clock/clock.js';
import { AppKeys, Random, SignedUrls } from './crypto/index.js';
import { allEntities, Database, PreparingClient } from './database/index.js';
import { SnakeNaming } from './database/naming.js';
import { EventBus } from './events/index.js';
import { ErrorPagesController } from './http/error-pages.controller.js';
import { HealthChecks, HealthController } from './http/health.js';
import { GeoIpModule } from './geoip/index.js';
import { MailModule } from './mail/index.js';
import { OutboundModule } from './outbound/index.js';
import { SmsModule } from './sms/index.js';
import { TasksModule } from './tasks/index.js';
import { TaskAdminController } from './tasks/task-admin.controller.js';
import { Logger } from './telemetry/logger.js';

/** What the platform is given from outside; tests replace the clock and chance. */
export interface PlatformParts {
  readonly settings: Settings;
  readonly databaseUrl: string;
  readonly appKey: string;
  readonly logger: Logger;
  readonly migrations: NonNullable<DataSourceOptions['migrations']>;
  readonly clock?: Clock;
  readonly random?: Random;
}

/** How long a connection rests before it is closed: a new one costs some tens of milliseconds until it has prepared what it is asked. */
const IDLE_MS = 600_000;

export const dataSourceOptions = (parts: Pick<PlatformParts, 'databaseUrl' | 'settings' | 'migrations'>): DataSourceOptions => ({
  type: 'postgres',
  url: parts.databaseUrl,
  entities: allEntities(),
  migrations: parts.migrations,
  migrationsTransactionMode: 'each',
  namingStrategy: new SnakeNaming(),
  poolSize: parts.settings.DATABASE_POOL,
  applicationName: 'rosfleet',
  logging: false,
  extra: { connectionTimeoutMillis: 5000, keepAlive: true, Client: PreparingClient, idleTimeoutMillis: IDLE_MS },
  poolErrorHandler: () => undefined, // an idle connection that broke is replaced at the next use
});

@Global()
@Module({})
export class PlatformModule implements OnModuleInit, OnApplicationShutdown {
  constructor(@Inject(DataSource) private readonly dataSource: DataSource) {}

  static with(parts: PlatformParts): DynamicModule {
    const random = parts.random ?? new Random();
    return {
      module: PlatformModule,
      imports: [AccessModule, TasksModule, MailModule, SmsModule, GeoIpModule, BlobsModule, OutboundModule],
      controllers: [HealthController, ErrorPagesController, TaskAdminController],
      providers: [
        { provide: Settings, useValue: parts.settings },
        { provide: Logger, useValue: parts.logger },
        { provide: Clock, useValue: parts.clock ?? new Clock() },
        { provide: Random, useValue: random },
        { provide: AppKeys, useValue: new AppKeys(parts.appKey, parts.settings.APP_KEY_PREVIOUS) },
        { provide: DataSource, useFactory: () => new DataSource(dataSourceOptions(parts)) },
        Database,
        SignedUrls,
        EventBus,
        HealthChecks,
        AuditTrail,
      ],
      exports: [Settings, Logger, Clock, Random, AppKeys, Database, SignedUrls, EventBus, HealthChecks, AuditTrail],
    };
  }

  async onModuleInit(): Promise<void> {
    await this.dataSource.initialize();
    await this.dataSource.runMigrations();
  }

  async onApplicationShutdown(): Promise<void> {
    if (this.dataSource.isInitialized) await this.dataSource.destroy();
  }
}
