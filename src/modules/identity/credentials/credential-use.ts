import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Clock } from '../../../platform/clock/clock.js';
import { type ApiKeyId, type CredentialId, RequestContext } from '../../../platform/context/index.js';
import { Database } from '../../../platform/database/index.js';
import { Logger } from '../../../platform/telemetry/logger.js';

/** How often uses are written: `last_used_at` is so exact. */
const EVERY_MS = 60_000;

/** When credentials of programs were used last: noted in memory, written once a minute by one statement a table. */
@Injectable()
export class CredentialUse implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly system = RequestContext.system('credential-use');
  private used = new Map<CredentialId | ApiKeyId, number>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.flush(), EVERY_MS).unref();
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.flush();
  }

  /** Costs no query. */
  note(id: CredentialId | ApiKeyId): void {
    this.used.set(id, this.clock.millis());
  }

  /** Writes what was noted. What cannot be written is dropped: the next use notes it again. */
  async flush(): Promise<void> {
    const used = [...this.used];
    this.used = new Map();
    try {
      await this.write(
        'api_credential',
        'uuid',
        used.filter(([id]) => !isKey(id)),
      );
      await this.write(
        'api_key',
        'text',
        used.filter(([id]) => isKey(id)),
      );
    } catch (err) {
      this.logger.warn({ err }, 'last uses of credentials could not be written');
    }
  }

  private async write(table: 'api_credential' | 'api_key', type: 'uuid' | 'text', used: [string, number][]): Promise<void> {
    if (!used.length) return;
    await this.db.query(
      this.system,
      `UPDATE ${table} c SET last_used_at = GREATEST(c.last_used_at, u.at)
       FROM unnest($1::${type}[], $2::timestamptz[]) AS u(id, at) WHERE c.id = u.id`,
      [used.map(([id]) => id), used.map(([, at]) => new Date(at))],
    );
  }
}

const isKey = (id: string): boolean => id.startsWith('api_key_');
