import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Settings } from '../../config/index.js';
import { RequestContext } from '../../platform/context/index.js';
import { Random } from '../../platform/crypto/index.js';
import { Database } from '../../platform/database/index.js';
import { temporaryPassword } from './accounts/passwords.js';
import { IdentityService } from './identity.service.js';

const LOCK = 7_241_002;

/** What the person at the terminal has to hear once. */
export interface FirstAdministrator {
  readonly email: string;
  /** Only when it was made here and not given by the environment. */
  readonly oneTimePassword: string | undefined;
}

/** Makes an empty installation usable: system roles, an organization, a team and its administrator. */
@Injectable()
export class FirstStart implements OnApplicationBootstrap {
  /** Set when this very start made the administrator. */
  administrator: FirstAdministrator | undefined;

  constructor(
    private readonly identity: IdentityService,
    private readonly db: Database,
    private readonly random: Random,
    private readonly settings: Settings,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const system = RequestContext.system('first-start');
    this.administrator = await this.db.transaction(system, async (ctx) => {
      await this.db.query(ctx, `SELECT pg_advisory_xact_lock(${LOCK})`);
      await this.identity.ensureSystemRoles(ctx);
      return (await this.identity.countUsers(ctx)) === 0 ? this.createAdministrator(ctx) : undefined;
    });
  }

  private async createAdministrator(ctx: RequestContext): Promise<FirstAdministrator> {
    const { ROSFLEET_ADMIN_EMAIL: email, ROSFLEET_ADMIN_PASSWORD: chosen } = this.settings;
    const oneTimePassword = chosen === undefined ? temporaryPassword(this.random) : undefined;
    const ownerId = await this.identity.createUser(ctx, {
      email,
      name: 'Administrator',
      password: chosen ?? oneTimePassword,
      mustChangePassword: chosen === undefined,
    });
    await this.identity.givePersonalTeam(ctx, ownerId, 'My team', 'My organization');
    return { email, oneTimePassword };
  }
}
