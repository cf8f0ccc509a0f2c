import { Injectable } from '@nestjs/common';
import { type CertifiedKey, makeAuthority } from '../../../engines/openvpn/index.js';
import { Clock } from '../../../platform/clock/clock.js';
import { RequestContext } from '../../../platform/context/index.js';
import { AppKeys } from '../../../platform/crypto/index.js';
import { Database } from '../../../platform/database/index.js';

const NAME = 'tunnel';
const PURPOSE = 'tunnel-authority';

/** The certificate authority of this installation's tunnel servers: made once, by whichever process needs it first. */
@Injectable()
export class TunnelAuthority {
  private known: Promise<CertifiedKey> | undefined;

  constructor(
    private readonly db: Database,
    private readonly keys: AppKeys,
    private readonly clock: Clock,
  ) {}

  /** PEM of the certificate that routers have to trust. */
  async certificate(): Promise<string> {
    return (await this.certifiedKey()).certificate;
  }

  /** With its private key. @throws Error when APP_KEY is not the one that sealed it */
  certifiedKey(): Promise<CertifiedKey> {
    this.known ??= this.readOrMake().catch((error: unknown) => {
      this.known = undefined;
      throw error;
    });
    return this.known;
  }

  private async readOrMake(): Promise<CertifiedKey> {
    const kept = await this.read();
    if (kept) return kept;
    const made = await makeAuthority('rosfleet tunnel', this.clock.now());
    await this.db.query(
      CTX,
      `INSERT INTO tunnel_authority (name, certificate, key_sealed, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING RETURNING name`,
      [NAME, made.certificate, this.keys.seal(made.key, PURPOSE), this.clock.now()],
    );
    return (await this.read())!; // another process may have been quicker: its own counts
  }

  private async read(): Promise<CertifiedKey | undefined> {
    const [row] = await this.db.query<{ certificate: string; sealed: string }>(
      CTX,
      `SELECT certificate, key_sealed AS sealed FROM tunnel_authority WHERE name = $1`,
      [NAME],
    );
    return row && { certificate: row.certificate, key: this.keys.open(row.sealed, PURPOSE) };
  }
}

const CTX = RequestContext.system('tunnel-authority');
