import { Injectable } from '@nestjs/common';
import { createHash } from 'node:crypto';
import ssh2 from 'ssh2';
import { Clock } from '../../../platform/clock/clock.js';
import { RequestContext } from '../../../platform/context/index.js';
import { AppKeys } from '../../../platform/crypto/index.js';
import { Database } from '../../../platform/database/index.js';

const CTX = RequestContext.system('sftp-host-keys');
const purposeOf = (type: string): string => `sftp-host-key:${type}`;

/** Ed25519 for whoever speaks it, RSA for older routers. */
const KINDS = {
  ed25519: () => ssh2.utils.generateKeyPairSync('ed25519'),
  rsa: () => ssh2.utils.generateKeyPairSync('rsa', { bits: 3072 }),
} as const;

/** The keys that SSH clients know us by: made once for an installation, by whichever process needs them first. */
@Injectable()
export class HostKeys {
  constructor(
    private readonly db: Database,
    private readonly keys: AppKeys,
    private readonly clock: Clock,
  ) {}

  /** Private keys in OpenSSH's PEM. @throws Error when APP_KEY is not the one that sealed them */
  async all(): Promise<string[]> {
    const types = Object.keys(KINDS) as (keyof typeof KINDS)[];
    return Promise.all(types.map(async (type) => (await this.read(type)) ?? this.make(type)));
  }

  private async make(type: keyof typeof KINDS): Promise<string> {
    const sealed = this.keys.seal(KINDS[type]().private, purposeOf(type));
    await this.db.query(
      CTX,
      `INSERT INTO sftp_host_key (type, key_sealed, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING type`,
      [type, sealed, this.clock.now()],
    );
    return (await this.read(type))!; // another process may have been quicker: its own counts
  }

  private async read(type: string): Promise<string | undefined> {
    const [row] = await this.db.query<{ sealed: string }>(CTX, `SELECT key_sealed AS sealed FROM sftp_host_key WHERE type = $1`, [type]);
    return row && this.keys.open(row.sealed, purposeOf(type));
  }
}

/** As `ssh-keygen -l` shows it: `SHA256:…`. */
export function fingerprintOf(privateKey: string): string {
  const key = ssh2.utils.parseKey(privateKey);
  if (key instanceof Error) throw key;
  return `SHA256:${createHash('sha256').update(key.getPublicSSH()).digest('base64').replace(/=+$/, '')}`;
}
