import type { Adapter, AdapterPayload } from 'oidc-provider';
import { RequestContext } from '../../../platform/context/index.js';
import type { SessionService } from '../sessions/session.service.js';
import { errors } from './library.js';
import type { OidcClients } from './oidc-clients.js';
import type { OidcRecords } from './oidc-records.js';

export interface AdapterParts {
  readonly records: OidcRecords;
  readonly clients: OidcClients;
  readonly sessions: SessionService;
}

/** The provider's storage of one kind of thing. */
export class OidcAdapter implements Adapter {
  private readonly ctx = RequestContext.system('oidc');

  constructor(
    private readonly model: string,
    private readonly parts: AdapterParts,
  ) {}

  async upsert(id: string, payload: AdapterPayload, expiresIn?: number): Promise<void> {
    await this.parts.records.put(this.model, id, payload, expiresIn);
  }

  async find(id: string): Promise<AdapterPayload | undefined> {
    if (this.model === 'Client') return this.parts.clients.metadata(id);
    return this.parts.records.get(this.model, id);
  }

  findByUid(uid: string): Promise<AdapterPayload | undefined> {
    return this.parts.records.getByUid(this.model, uid);
  }

  /** Device codes are not offered. */
  findByUserCode(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  /** @throws InvalidGrant when somebody else was quicker with the same code or refresh token; the grant ends, as one of the two stole it */
  async consume(id: string): Promise<void> {
    if (await this.parts.records.consume(this.model, id)) return;
    const grantId = (await this.find(id))?.grantId;
    if (grantId) await this.parts.sessions.endOfGrant(this.ctx, grantId);
    throw new errors.InvalidGrant('it was used already');
  }

  async destroy(id: string): Promise<void> {
    if (this.model === 'Grant') await this.parts.sessions.endOfGrant(this.ctx, id);
    await this.parts.records.remove(this.model, id);
  }

  async revokeByGrantId(grantId: string): Promise<void> {
    await this.parts.records.removeOfGrant(this.model, grantId);
  }
}
