import './entities.js';
import { Module } from '@nestjs/common';
import { BackupService } from './backup.service.js';
import { BackupsController } from './backups.controller.js';
import { BackupsAcrossTeams, BackupsRepository } from './backups.repository.js';
import { BackupsTeamResource } from './backups-team-resource.js';
import { DailyRun } from './daily-run.js';
import { Intake } from './intake.js';
import { BackupOrders } from './orders.js';
import { Parts } from './parts.js';
import { Retention } from './retention.js';
import { HostKeys } from './sftp/host-keys.js';
import { SftpLogins } from './sftp/sftp-logins.js';
import { SftpServer } from './sftp/sftp-server.js';
import { Tickets } from './tickets.js';
import { SftpAuthController, UploadsController } from './uploads.controller.js';

/** Configuration backups: routers export and upload, people read and compare. */
@Module({
  controllers: [BackupsController, UploadsController, SftpAuthController],
  providers: [
    ...[BackupService, BackupsRepository, BackupsAcrossTeams, BackupsTeamResource],
    ...[BackupOrders, Tickets, Intake, Parts, DailyRun, Retention],
    ...[HostKeys, SftpServer, SftpLogins],
  ],
  exports: [BackupService],
})
export class BackupsModule {}
